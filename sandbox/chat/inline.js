// Inline mode: what is typed behind the bot's name is asked of it at every keystroke, as Telegram
// does, and its results stand above the field; a chosen one is sent in the person's name.

import { askInline, chooseInline, getInlineAnswer } from "./api.js";
import { byId, h, redraw } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./composer.js").Composer} Composer */
/** Pictures of other hosts are not shown: the page loads nothing but its own. */
/** @typedef {{id: string, title: string, description?: string}} Result */
/** @typedef {{results: Result[], next_offset: string, button?: {text: string}}} Answer */

const LOOK_MS = 150;
const PATIENCE_MS = 15_000;

export class Inline {
  /**
   * @param {Store} store
   * @param {Composer} composer
   */
  constructor(store, composer) {
    this.store = store;
    this.composer = composer;
    this.field = /** @type {HTMLTextAreaElement} */ (byId("composer"));
    this.panel = byId("inline");
    this.asked = 0;
    this.queryId = "";
    /** One query after the other, as an app sends them: the bot takes the last for the latest. */
    this.asking = Promise.resolve();
    this.field.addEventListener("input", () => void this.typed());
    this.panel.addEventListener("click", (event) => {
      const item = /** @type {Element} */ (event.target).closest("[data-result]");
      if (item) void this.choose(item.getAttribute("data-result") ?? "");
    });
    store.on(["selection"], () => this.close());
  }

  /** Begin a query in this chat, as a Share button does. */
  begin(/** @type {string} */ query) {
    this.composer.write(`@${this.store.world.bot.username} ${query}`);
  }

  close() {
    this.asked += 1;
    this.panel.hidden = true;
  }

  async typed() {
    const { store } = this;
    const typed = /^@(\w+)\s([\s\S]*)$/.exec(this.field.value);
    if (!typed || typed[1]?.toLowerCase() !== store.world.bot.username?.toLowerCase()) {
      this.close();
      return;
    }
    const turn = (this.asked += 1);
    const kind = store.chat.type === "private" ? "sender" : store.chat.type;
    try {
      const ask = () => askInline(store.personId, typed[2] ?? "", kind);
      const asked = this.asking.then(ask);
      this.asking = asked.then(noMore, noMore);
      const { inline_query_id: queryId } = await asked;
      const answer = await this.answered(queryId, turn);
      if (answer && turn === this.asked) this.show(queryId, answer);
    } catch {
      // Inline mode is off, or the sandbox is away, which the page says elsewhere.
      if (turn === this.asked) this.close();
    }
  }

  /**
   * @param {string} queryId
   * @param {number} turn
   * @returns {Promise<Answer|undefined>}
   */
  async answered(queryId, turn) {
    for (let waited = 0; waited < PATIENCE_MS && turn === this.asked; waited += LOOK_MS) {
      const { answer } = await getInlineAnswer(queryId);
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return undefined;
  }

  /**
   * @param {string} queryId
   * @param {Answer} answer
   */
  show(queryId, answer) {
    this.queryId = queryId;
    this.panel.hidden = !answer.results.length && !answer.button;
    const line = answer.button
      ? [h("span", { class: "command inline-line", "data-part": "line" }, answer.button.text)]
      : [];
    redraw(this.panel, [...line, ...answer.results.map(result)]);
  }

  /** @param {string} resultId */
  async choose(resultId) {
    const { store, queryId } = this;
    this.close();
    this.composer.write("");
    await chooseInline(store.chatId, { from: store.personId, queryId, resultId });
  }
}

/** @param {Result} each */
function result(each) {
  return h(
    "button",
    { type: "button", class: "command inline-result", "data-result": each.id, "data-testid": "inline-result" },
    h(
      "span",
      { class: "inline-words" },
      h("span", { class: "inline-title" }, each.title),
      h("span", { class: "command-text" }, each.description ?? ""),
    ),
  );
}

const noMore = () => undefined;
