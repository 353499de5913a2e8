/** A message that all servers on a database got, with its place among all of them. */
export interface RelayedMessage {
  readonly id: number;
  readonly text: string;
}

export interface RelayListener {
  /** Messages in the order of their ids, each once. */
  heard(messages: readonly RelayedMessage[]): void;
  /** Messages were lost: what was known before may be out of date. @param id of the newest. */
  missed(id: number): void;
}

/** Carries messages between the servers that share a database. Every one of them hears each, also who sent it. */
export interface EventRelay {
  /** @throws ServiceUnavailableError when the database does not answer; nothing was sent. */
  send(texts: readonly string[]): Promise<void>;
  /** Begins with the newest messages of before. Resolves when everything sent from now on will be heard. */
  listen(listener: RelayListener): Promise<void>;
  close(): Promise<void>;
}
