import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A port at which nobody answers a SYN: its queue of connections is full, and whoever should take them sleeps. */
export const startBlackHole = async (): Promise<{ url: string; close(): void }> => {
  const program =
    "const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>{console.log(s.address().port);process.kill(process.pid,'SIGSTOP')})";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  // It sleeps, and would outlive a run that fails.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  // As many as the system still takes for it; the rest get no answer.
  const fill: Socket[] = Array.from({ length: 8 }, () =>
    connect(port, '127.0.0.1').on('error', () => {}),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      for (const socket of fill) socket.destroy();
      process.removeListener('exit', kill);
      kill();
    },
  };
};
