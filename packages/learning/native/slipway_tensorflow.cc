// The addon of @tensorflow/tfjs-node with four functions more, by which a recorded training step is registered as a
// TensorFlow function and called. Built by `slipway doctor --install` against TensorFlow's C API, with access control off
// (-fno-access-control): the eager context and the table of tensor handles are private members of TFJSBackend.
#include <node_api.h>

#include <memory>
#include <string>
#include <vector>

#include "tfjs_backend.h"

// Two modules cannot register themselves in one addon; ours, at the end, calls theirs.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_binding.cc"

#include "tensorflow/c/eager/c_api_experimental.h"
#include "tf_auto_status.h"
#include "tfe_auto_op.h"

namespace slipway {

using tfnodejs::TF_AutoStatus;
using tfnodejs::TFE_AutoOp;
using tfnodejs::TFJSBackend;

constexpr size_t kMaxArguments = 4;

struct Call {
  Call(napi_env env, napi_callback_info info) : env(env) {
    napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
    napi_get_instance_data(env, reinterpret_cast<void **>(&backend));
  }

  std::string String(size_t index) const {
    size_t length = 0;
    napi_get_value_string_utf8(env, arguments[index], nullptr, 0, &length);
    std::string text(length, '\0');
    napi_get_value_string_utf8(env, arguments[index], &text[0], length + 1, &length);
    return text;
  }

  template <typename T>
  std::pair<T *, size_t> Array(size_t index) const {
    void *data = nullptr;
    size_t length = 0;
    napi_typedarray_type type;
    napi_get_typedarray_info(env, arguments[index], &type, &length, &data, nullptr, nullptr);
    return {static_cast<T *>(data), length};
  }

  // True, with a JavaScript exception pending, when TensorFlow reports an error.
  bool Failed(TF_Status *status) const {
    if (TF_GetCode(status) == TF_OK) return false;
    napi_throw_error(env, nullptr, TF_Message(status));
    return true;
  }

  // The handle behind an id; null, with an exception pending, when there is none.
  TFE_TensorHandle *Handle(int32_t id) const {
    auto found = backend->tfe_handle_map_.find(id);
    if (found != backend->tfe_handle_map_.end()) return found->second;
    napi_throw_error(env, "TENSOR_UNKNOWN", ("There is no tensor " + std::to_string(id)).c_str());
    return nullptr;
  }

  napi_env env;
  TFJSBackend *backend = nullptr;
  size_t count = kMaxArguments;
  napi_value arguments[kMaxArguments];
};

// addFunction(definition: Uint8Array): registers a serialized FunctionDef.
napi_value AddFunction(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto definition = call.Array<char>(0);
  TF_AutoStatus status;
  TFE_ContextAddFunctionDef(call.backend->tfe_context_, definition.first, definition.second, status.status);
  call.Failed(status.status);
  return nullptr;
}

// removeFunction(name: string)
napi_value RemoveFunction(napi_env env, napi_callback_info info) {
  Call call(env, info);
  TF_AutoStatus status;
  TFE_ContextRemoveFunction(call.backend->tfe_context_, call.String(0).c_str(), status.status);
  call.Failed(status.status);
  return nullptr;
}

// operations(): the serialized OpList of everything that TensorFlow can compute.
napi_value Operations(napi_env env, napi_callback_info) {
  TF_Buffer *list = TF_GetAllOpList();
  napi_value result;
  napi_create_buffer_copy(env, list->length, list->data, nullptr, &result);
  TF_DeleteBuffer(list);
  return result;
}

// tensorType(id: number): the TF_DataType of a tensor.
napi_value TensorType(napi_env env, napi_callback_info info) {
  Call call(env, info);
  int32_t id = -1;
  napi_get_value_int32(env, call.arguments[0], &id);
  TFE_TensorHandle *handle = call.Handle(id);
  if (!handle) return nullptr;
  napi_value result;
  napi_create_int32(env, TFE_TensorHandleDataType(handle), &result);
  return result;
}

// executeFunction(name: string, inputs: Int32Array, outputs: Int32Array, execution: 'many threads' | 'one thread' | 'xla'):
// fills `outputs` with new ids.
napi_value ExecuteFunction(napi_env env, napi_callback_info info) {
  Call call(env, info);
  auto inputs = call.Array<int32_t>(1);
  auto outputs = call.Array<int32_t>(2);
  TF_AutoStatus status;
  TFE_AutoOp op(TFE_NewOp(call.backend->tfe_context_, call.String(0).c_str(), status.status));
  if (call.Failed(status.status)) return nullptr;
  if (call.backend->is_gpu_device) {
    TFE_OpSetDevice(op.op, call.backend->device_name.c_str(), status.status);
    if (call.Failed(status.status)) return nullptr;
  }
  const std::string execution = call.String(3);
  if (execution == "xla") {
    TFE_OpSetAttrBool(op.op, "_XlaMustCompile", 1);
  } else if (execution == "one thread") {
    static const std::string executor = "SINGLE_THREADED_EXECUTOR";
    TFE_OpSetAttrString(op.op, "executor_type", executor.data(), executor.size());
  }
  for (size_t i = 0; i < inputs.second; i++) {
    TFE_TensorHandle *handle = call.Handle(inputs.first[i]);
    if (!handle) return nullptr;
    TFE_OpAddInput(op.op, handle, status.status);
    if (call.Failed(status.status)) return nullptr;
  }
  std::vector<TFE_TensorHandle *> results(outputs.second, nullptr);
  int count = static_cast<int>(outputs.second);
  TFE_Execute(op.op, results.data(), &count, status.status);
  if (call.Failed(status.status)) return nullptr;
  for (int i = 0; i < count; i++) outputs.first[i] = call.backend->InsertHandle(results[i]);
  return nullptr;
}

}  // namespace slipway

NAPI_MODULE_INIT() {
  tfnodejs::InitTFNodeJSBinding(env, exports);
  napi_property_descriptor functions[] = {
      {"addFunction", nullptr, slipway::AddFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"removeFunction", nullptr, slipway::RemoveFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"operations", nullptr, slipway::Operations, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"tensorType", nullptr, slipway::TensorType, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"executeFunction", nullptr, slipway::ExecuteFunction, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
  return exports;
}
