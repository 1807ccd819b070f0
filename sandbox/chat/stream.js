// The event stream of one chat: it resumes where it broke off, for as long as it is wanted.

import { getMessages } from "./api.js";

/** @typedef {import("./types.js").SandboxEvent} SandboxEvent */
/** @typedef {import("./types.js").Message} Message */

const TYPES = [
  ...["message", "edit", "delete", "action", "callback_answer", "reaction"],
  ...["draft", "ephemeral"],
];
const FIRST_DELAY_MS = 400;
const LAST_DELAY_MS = 5000;

/**
 * @typedef {object} StreamHandlers
 * @property {(snapshot: {seq: number, messages: Message[]}) => void} onSnapshot
 * @property {(event: SandboxEvent) => void} onEvent
 * @property {(connected: boolean) => void} onConnection
 */

export class ChatStream {
  /**
   * @param {number} chatId
   * @param {StreamHandlers} handlers
   */
  constructor(chatId, handlers) {
    this.chatId = chatId;
    this.handlers = handlers;
    this.seq = -1;
    this.delay = FIRST_DELAY_MS;
    this.closed = false;
    /** @type {EventSource|null} */
    this.source = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    this.attempt = 0;
  }

  /** Take a snapshot, then follow; also the way back after a break. */
  async connect() {
    const attempt = ++this.attempt;
    clearTimeout(this.timer);
    this.source?.close();
    try {
      const snapshot = await getMessages(this.chatId);
      if (this.closed || attempt !== this.attempt) return;
      // After a break the missed events are replayed, so that a button's answer is not lost. A
      // sequence that went backwards means that the sandbox was started anew.
      if (this.seq < 0 || snapshot.seq < this.seq) {
        this.seq = snapshot.seq;
        this.handlers.onSnapshot(snapshot);
      }
      this.follow();
    } catch {
      if (!this.closed && attempt === this.attempt) this.retry();
    }
  }

  follow() {
    const source = new EventSource(
      `/sandbox/chats/${this.chatId}/events?after_seq=${this.seq}`,
    );
    this.source = source;
    source.onopen = () => {
      this.delay = FIRST_DELAY_MS;
      this.handlers.onConnection(true);
    };
    source.onerror = () => {
      // EventSource would come back by itself, but with the sequence number it began with.
      source.close();
      if (!this.closed && source === this.source) this.retry();
    };
    for (const type of TYPES) {
      source.addEventListener(type, (event) => {
        if (source === this.source) this.receive(/** @type {MessageEvent} */ (event).data);
      });
    }
  }

  /** @param {string} data */
  receive(data) {
    /** @type {SandboxEvent} */
    const event = JSON.parse(data);
    if (event.seq <= this.seq) return;
    this.seq = event.seq;
    this.handlers.onEvent(event);
  }

  retry() {
    this.handlers.onConnection(false);
    this.timer = setTimeout(() => void this.connect(), this.delay);
    this.delay = Math.min(this.delay * 2, LAST_DELAY_MS);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.source?.close();
  }
}
