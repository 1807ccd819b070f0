// The topics of a forum, or of a private chat that has some: which one is looked at and written in.

import { byId, h } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */

export class Topics {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.bar = byId("topics");
    this.bar.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target).closest("[data-topic]");
      if (target instanceof HTMLElement) session.lookAtTopic(Number(target.dataset.topic));
    });
    store.on(["selection", "world", "chat"], () => this.render());
  }

  render() {
    const { store } = this;
    const { t, topics, topic } = store;
    this.bar.hidden = topics.length === 0;
    this.bar.replaceChildren(
      chip(0, t.allTopics, topic === 0),
      ...topics.map((each) => {
        const name = each.closed ? `🔒 ${each.name}` : each.name;
        return chip(each.message_thread_id, name, topic === each.message_thread_id);
      }),
    );
  }
}

/**
 * @param {number} id
 * @param {string} name
 * @param {boolean} chosen
 */
const chip = (id, name, chosen) =>
  h(
    "button",
    { type: "button", class: "topic", "data-topic": id, "data-testid": `topic-${id}`, "aria-pressed": String(chosen) },
    name,
  );
