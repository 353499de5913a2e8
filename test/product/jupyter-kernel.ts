import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const Message = z.object({
  header: z.object({ msg_type: z.string() }),
  parent_header: z.object({ msg_id: z.string().optional() }),
  content: z.record(z.string(), z.unknown())
});

/**
 * Runs code in a new kernel of a running JupyterLab, over the API that its pages use.
 *
 * @param labUrl address of JupyterLab with its token.
 * @returns the reply's status and everything that was printed.
 */
export async function runInJupyterLab(
  labUrl: string,
  kernelName: string,
  code: string
): Promise<{ status: string; printed: string }> {
  const { origin, searchParams } = new URL(labUrl);
  const token = searchParams.get('token') ?? '';
  const started = await fetch(`${origin}/api/kernels?token=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: kernelName })
  });
  const { id } = z.object({ id: z.string() }).parse(await started.json());
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/kernels/${id}/channels?token=${token}`);
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', () => reject(new Error('JupyterLab refused the connection.')), { once: true });
    });
    return await execute(socket, code);
  } finally {
    socket.close();
    await fetch(`${origin}/api/kernels/${id}?token=${token}`, { method: 'DELETE' });
  }
}

function execute(socket: WebSocket, code: string): Promise<{ status: string; printed: string }> {
  const id = randomUUID();
  let printed = '';
  const answer = new Promise<{ status: string; printed: string }>(resolve => {
    socket.addEventListener('message', event => {
      const message = Message.parse(JSON.parse(String(event.data)));
      if (message.parent_header.msg_id !== id) {
        return;
      }
      if (message.header.msg_type === 'stream') {
        printed += String(message.content['text']);
      }
      if (message.header.msg_type === 'error') {
        printed += JSON.stringify(message.content['traceback']);
      }
      if (message.header.msg_type === 'execute_reply') {
        resolve({ status: String(message.content['status']), printed });
      }
    });
  });
  const header = { msg_id: id, msg_type: 'execute_request', session: randomUUID(), username: 'test', version: '5.4' };
  const content = {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true
  };
  socket.send(JSON.stringify({ channel: 'shell', header, parent_header: {}, metadata: {}, content }));
  return answer;
}
