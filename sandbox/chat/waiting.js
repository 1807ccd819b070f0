// Between a person's move and the bot's answer: chat actions, and a hint when nothing comes.

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").ChatState} ChatState */

// Telegram's own span for one chat action.
const ACTION_MS = 5000;
// And for one draft.
const DRAFT_MS = 30_000;
const QUIET_MS = 10_000;

export class Waiting {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * @param {ChatState} state
   * @param {string|null} action
   */
  act(state, action) {
    clearTimeout(state.actionTimer);
    state.action = action;
    if (action) {
      this.begin(state);
      state.actionTimer = setTimeout(() => this.act(state, null), ACTION_MS);
    }
    this.store.emit("status");
  }

  /**
   * @param {ChatState} state
   * @param {import("./store.js").Draft|null} draft  an empty text takes it away, too
   */
  draft(state, draft) {
    clearTimeout(state.draftTimer);
    state.botDraft = draft?.text ? draft : null;
    if (state.botDraft) {
      this.settle(state);
      state.draftTimer = setTimeout(() => this.draft(state, null), DRAFT_MS);
    }
    this.store.emit("chat");
  }

  /**
   * The bot owes an answer: say so when it takes long.
   * @param {ChatState} state
   */
  begin(state) {
    this.settle(state);
    if (state !== this.store.state(this.store.personId)) return;
    state.quietTimer = setTimeout(() => {
      state.quiet = true;
      this.store.emit("status");
    }, QUIET_MS);
  }

  /** @param {ChatState} state */
  settle(state) {
    clearTimeout(state.quietTimer);
    state.quiet = false;
    this.store.emit("status");
  }
}
