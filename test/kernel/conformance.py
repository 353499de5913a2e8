"""The public conformance suite of Jupyter kernels, run against the TypeScript kernel."""

import unittest

import jupyter_kernel_test


class TypeScriptKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "slipway"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("to stderr")'
    code_generate_error = 'throw new RangeError("meant")'
    code_clear_output = '(globalThis as any).__slipway__.clearOutput()'
    code_page_something = '(globalThis as any).__slipway__.page("some help")'
    code_inspect_sample = "Math.max"

    completion_samples = [
        {"text": "Math.ma", "matches": ["max"]},
        {"text": "%sli", "matches": ["%slip"]},
    ]
    complete_code_samples = ["1", "const a = 1", "function f() {\n  return 1\n}", "%slip status"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`template"]
    invalid_code_samples = ["const const = 1", "let 1a = 2"]
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 'two']", "result": "[ 1, 'two' ]"},
        {"code": "await Promise.resolve(7)", "result": "7"},
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab"; display.html("<b>bold</b>")', "mime": "text/html"},
    ]
    code_history_pattern = "1?+*"
    supported_history_operations = ("tail", "range", "search")


class TypeScriptWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "slipway"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
