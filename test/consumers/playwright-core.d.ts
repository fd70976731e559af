// What the rows use of it: types are checked in a fresh clone, too, where test/consumers is not installed.
declare module 'playwright-core' {
  interface Page {
    on(event: 'pageerror', listener: (error: Error) => void): void;
    goto(url: string): Promise<unknown>;
    evaluate(script: string): Promise<unknown>;
  }

  interface Browser {
    newPage(): Promise<Page>;
    version(): string;
    close(): Promise<void>;
  }

  const chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
    }): Promise<Browser>;
  };
}
