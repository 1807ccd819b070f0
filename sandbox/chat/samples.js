// Sample photos for testers without one at hand: one tap sends.

import * as api from "./api.js";
import { byId, h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { count } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Sample} Sample */

export class Samples {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.session = session;
    this.dialog = /** @type {HTMLDialogElement} */ (byId("samples"));
    this.caption = /** @type {HTMLInputElement} */ (byId("samples-caption"));
    this.several = /** @type {HTMLInputElement} */ (byId("samples-several"));
    this.sendButton = byId("samples-send");
    /** @type {Sample[]} */
    this.samples = [];
    /** @type {Set<Sample>} */
    this.chosen = new Set();
    byId("samples-items").addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("[data-n]");
      const sample = this.samples[Number(button?.getAttribute("data-n") ?? -1)];
      if (sample) this.tapped(sample);
    });
    byId("samples-close").addEventListener("click", () => this.dialog.close());
    this.several.addEventListener("change", () => {
      this.chosen.clear();
      this.render();
    });
    byId("samples-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.chosen.size) void this.send([...this.chosen]);
    });
  }

  async open() {
    const note = byId("samples-note");
    this.caption.value = "";
    this.several.checked = false;
    this.chosen.clear();
    this.dialog.showModal();
    try {
      this.samples = await api.getSamples();
      note.textContent = this.samples.length ? "" : this.store.t.noSamples;
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.samples = [];
      note.textContent = error.status === 404 ? this.store.t.noSamples : this.store.t.samplesFailed;
    }
    note.hidden = !note.textContent;
    this.render();
  }

  render() {
    const { t } = this.store;
    byId("samples-hint").textContent = this.several.checked ? t.sampleSelectHint : t.sampleHint;
    this.sendButton.hidden = !this.several.checked;
    this.sendButton.toggleAttribute("disabled", this.chosen.size === 0);
    this.sendButton.textContent = this.chosen.size ? count(t.sendFiles, this.chosen.size) : t.send;
    redraw(byId("samples-items"), this.samples.map((each, n) => this.item(each, n)));
  }

  /**
   * @param {Sample} sample
   * @param {number} n
   */
  item(sample, n) {
    const title = this.store.language === "zh" ? sample.title_zh : sample.title_en;
    const chosen = this.chosen.has(sample);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "sample",
          "data-testid": `sample-${n}`,
          "aria-pressed": this.several.checked ? String(chosen) : null,
          "data-n": n,
        },
        h("img", { src: api.sampleUrl(sample), alt: "", loading: "lazy" }),
        h("span", { class: "sample-title" }, title),
        chosen && h("span", { class: "chosen" }, icon("check")),
      ),
    );
  }

  /** @param {Sample} sample */
  tapped(sample) {
    if (!this.several.checked) {
      void this.send([sample]);
      return;
    }
    if (!this.chosen.delete(sample)) this.chosen.add(sample);
    this.render();
  }

  /** @param {Sample[]} samples */
  async send(samples) {
    const asPhoto = /** @type {HTMLInputElement} */ (byId("samples-photo")).checked;
    const caption = this.caption.value.trim();
    this.dialog.close();
    const files = await this.session.tried(() => Promise.all(samples.map(api.sampleFile)));
    if (files) this.session.outbox.files(files, caption, asPhoto ? "photo" : "document");
  }
}
