// The seller's desk: what a seller, a buyer and the platform can do with the orders of the
// simulated marketplace, and how its pushes are delivered. Open beside the chat, or over it on
// phones, so that a person sees the bot react.

import { ApiError } from "./api.js";
import * as api from "./desk_api.js";
import { asFen } from "./desk_money.js";
import { offersPane } from "./desk_offers.js";
import { orderCard } from "./desk_order.js";
import { pushPane } from "./desk_pushes.js";
import { byId, h, redraw } from "./dom.js";
import { fill } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./overlays.js").Overlays} Overlays */
/** @typedef {import("./types.js").MarketOrder} MarketOrder */

const POLL_MS = 1500;
const PAGE = 20;
const PUSHES = 40;
const OFFERS = 20;
const TABS = /** @type {const} */ (["orders", "offers", "pushes"]);
const NARROW = matchMedia("(max-width: 760px)");

export class Desk {
  /**
   * @param {Store} store
   * @param {Overlays} overlays
   */
  constructor(store, overlays) {
    this.store = store;
    this.overlays = overlays;
    this.pane = byId("desk");
    this.opener = byId("open-desk");
    /** @type {(typeof TABS)[number]} */
    this.tab = "orders";
    this.limit = PAGE;
    /** @type {MarketOrder[]} newest first */
    this.orders = [];
    /** @type {import("./types.js").MarketOffer[]} the latest opened last */
    this.offers = [];
    /** @type {import("./types.js").PushList|null} */
    this.pushes = null;
    /** @type {import("./types.js").PushSwitches|null} */
    this.switches = null;
    /** Which orders the person unfolded or folded, and which form is open in them. */
    /** @type {Map<string, boolean>} */
    this.unfolded = new Map();
    /** @type {Map<string, string>} */
    this.forms = new Map();
    /** @type {Map<string, string>} tracking numbers suggested for the next parcel */
    this.numbers = new Map();
    /** @type {Map<string, HTMLElement>} a card keeps its node, so that a half-typed form stays */
    this.cards = new Map();
    /** @type {Set<string>} */
    this.busy = new Set();
    this.failing = false;
    this.note = h("p", { class: "desk-note" });
    this.list = h("div", { class: "desk-list" });
    this.older = h("button", { type: "button", class: "text-button", "data-do": "older", hidden: true }, store.t.desk.older);
    byId("desk-orders").append(this.note, this.list, this.older);
    this.opener.addEventListener("click", () => this.toggle(this.pane.hidden));
    byId("close-desk").addEventListener("click", () => this.toggle(false));
    this.pane.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    this.pane.addEventListener("click", (event) => this.clicked(event));
    this.pane.addEventListener("submit", (event) => this.submitted(event));
    this.pane.addEventListener("change", (event) => this.changed(event));
    NARROW.addEventListener("change", () => this.cover());
    store.on(["selection"], () => this.render());
  }

  /** Show the way in where there is a marketplace; then follow it while the desk is open. */
  async begin() {
    if (!(await this.attempt(() => api.getOrders(1)))) return;
    this.opener.hidden = false;
    for (;;) {
      if (!this.pane.hidden && !document.hidden) await this.refresh();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** @param {boolean} open */
  toggle(open) {
    this.pane.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    byId("frame").classList.toggle("with-desk", open);
    this.cover();
    if (!open) return this.opener.focus();
    this.render();
    byId("close-desk").focus();
    return void this.refresh();
  }

  /** On phones the desk lies over the conversation. */
  cover() {
    byId("conversation").inert = NARROW.matches && !this.pane.hidden;
  }

  async refresh() {
    const answered = await this.attempt(async () => {
      if (this.tab === "orders") {
        // One more than is shown tells whether there are older ones.
        this.orders = (await api.getOrders(this.limit + 1)).reverse();
      } else if (this.tab === "offers") {
        this.offers = await api.getOffers(OFFERS);
      } else {
        [this.pushes, this.switches] = await Promise.all([api.getPushes(PUSHES), api.getSwitches()]);
      }
    });
    this.failing = !answered;
    this.render();
  }

  /**
   * Whether it worked; a refusal is not an error of the page.
   * @param {() => Promise<unknown>} work
   * @param {boolean} [loud]
   */
  async attempt(work, loud = false) {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (loud) this.overlays.toast(fill(this.store.t.failed, { reason: error.message }));
      return false;
    }
  }

  render() {
    if (this.pane.hidden) return;
    const { desk } = this.store.t;
    const tabs = TABS.map((name) =>
      h(
        "button",
        { type: "button", role: "tab", "data-do": "tab", "data-value": name, "aria-selected": String(this.tab === name), "aria-controls": `desk-${name}`, "data-testid": `desk-tab-${name}` },
        desk[name],
      ),
    );
    redraw(byId("desk-tabs"), tabs);
    for (const name of TABS) byId(`desk-${name}`).hidden = this.tab !== name;
    if (this.tab === "orders") this.renderOrders();
    else if (this.tab === "offers") this.renderOffers();
    else this.renderPushes();
  }

  renderOffers() {
    const { t } = this.store;
    const body = byId("desk-offers");
    if (this.failing) redraw(body, [h("p", { class: "desk-note" }, t.desk.unreachable)]);
    else redraw(body, offersPane(this.offers, t));
  }

  renderOrders() {
    const { t, language } = this.store;
    const shown = this.orders.slice(0, this.limit);
    this.note.textContent = this.failing ? t.desk.unreachable : t.desk.none;
    this.note.hidden = !this.failing && shown.length > 0;
    this.older.textContent = t.desk.older;
    this.older.hidden = this.orders.length <= this.limit;
    shown.forEach((order, index) => {
      const id = order.orderId;
      const card = this.cards.get(id) ?? h("article", { class: "order", "data-order": id, "data-testid": `order-${id}` });
      this.cards.set(id, card);
      const chosen = card.querySelectorAll('input[name="line"]:checked').length;
      const view = {
        t,
        language,
        unfolded: this.unfolded.get(id) ?? index === 0,
        form: this.forms.get(id),
        number: this.number(id),
        chosen,
        busy: this.busy.has(id),
      };
      redraw(card, orderCard(order, view));
      if (this.list.children[index] !== card) this.list.insertBefore(card, this.list.children[index] ?? null);
    });
    while (this.list.children.length > shown.length) this.list.lastElementChild?.remove();
  }

  renderPushes() {
    const { t, language } = this.store;
    const { pushes, switches } = this;
    const body = byId("desk-pushes");
    if (this.failing || !pushes || !switches) {
      redraw(body, this.failing ? [h("p", { class: "desk-note" }, t.desk.unreachable)] : []);
    } else redraw(body, pushPane(pushes, switches, { t, language }));
  }

  /** @param {string} orderId */
  number(orderId) {
    const known = this.numbers.get(orderId);
    if (known) return known;
    const digits = crypto.getRandomValues(new Uint32Array(2));
    const made = `78${String(digits[0]).padStart(10, "0").slice(-6)}${String(digits[1]).padStart(10, "0").slice(-6)}`;
    this.numbers.set(orderId, made);
    return made;
  }

  /** @param {Event} event */
  clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("button[data-do]");
    if (!(button instanceof HTMLButtonElement) || button.type === "submit") return;
    const { do: deed, value = "" } = button.dataset;
    const card = button.closest("[data-order]");
    const orderId = card?.getAttribute("data-order") ?? "";
    if (deed === "tab") this.show(TABS.find((name) => name === value) ?? "orders");
    else if (deed === "older") {
      this.limit += PAGE;
      void this.refresh();
    } else if (deed === "fold") {
      this.unfolded.set(orderId, button.getAttribute("aria-expanded") !== "true");
      this.render();
    } else if (deed === "form") {
      // What is worked on stays unfolded when a newer order comes before it.
      this.unfolded.set(orderId, true);
      this.forms.set(orderId, button.getAttribute("aria-pressed") === "true" ? "" : value);
      this.render();
    } else if (deed === "switch") void this.change(button);
    else if (deed === "offer") {
      const { offer = "" } = button.dataset;
      void this.deliver(() => api.changeOffer(offer, JSON.parse(value)));
    } else if (deed === "flush") void this.deliver(() => api.flushPushes());
    else if (deed === "again") {
      const push = this.pushes?.recent[Number(value)];
      if (push) void this.deliver(() => api.sendAgain(push));
    } else if (deed && orderId) void this.act(orderId, deed, JSON.parse(value || "{}"));
  }

  /** @param {(typeof TABS)[number]} tab */
  show(tab) {
    this.tab = tab;
    this.render();
    void this.refresh();
  }

  /** @param {HTMLButtonElement} button */
  async change(button) {
    const { name = "", value = "" } = button.dataset;
    const number = Number(value);
    const changes = { [name]: value !== "" && Number.isFinite(number) ? number : value };
    await this.deliver(() => api.changeSwitches(changes));
  }

  /** @param {() => Promise<unknown>} work */
  async deliver(work) {
    await this.attempt(work, true);
    await this.refresh();
  }

  /** @param {Event} event */
  changed(event) {
    if (event.target instanceof HTMLInputElement && event.target.name === "line") this.render();
  }

  /** @param {SubmitEvent} event */
  submitted(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    event.preventDefault();
    const order = this.orders.find((each) => each.orderId === form.dataset.order);
    if (!order) return;
    const fields = new FormData(form);
    const action = form.dataset.do ?? "";
    const body = action === "ship" ? shipment(fields) : amounts(action, fields, order);
    if (!body) this.overlays.toast(this.store.t.desk.notAnAmount);
    else void this.act(order.orderId, action, body, form);
  }

  /**
   * @param {string} orderId
   * @param {string} action
   * @param {Record<string, unknown>} body
   * @param {HTMLFormElement} [form]  whose fields start anew once it worked
   */
  async act(orderId, action, body, form) {
    if (this.busy.has(orderId)) return;
    this.busy.add(orderId);
    this.unfolded.set(orderId, true);
    this.render();
    const worked = await this.attempt(() => api.act(orderId, action, body), true);
    this.busy.delete(orderId);
    if (worked) {
      this.forms.delete(orderId);
      if (action === "ship") this.numbers.delete(orderId);
      form?.reset();
    }
    await this.refresh();
  }
}

/** @param {FormData} fields */
function shipment(fields) {
  const code = String(fields.get("carrier"));
  const number = String(fields.get("number") ?? "").trim();
  const lines = fields.getAll("line");
  if (code === "none") return { lines, type: "2", carrier: "", trackingNumber: "" };
  const carrier = { ZTO: "中通快递", SF: "顺丰速运", YTO: "圆通速递", EMS: "中国邮政" }[code] ?? code;
  return { lines, carrier, carrierCode: code, trackingNumber: number };
}

/**
 * The amounts that a form holds, in fen; null when one of them is none.
 * @param {string} action
 * @param {FormData} fields
 * @param {MarketOrder} order
 * @returns {Record<string, unknown>|null}
 */
function amounts(action, fields, order) {
  if (action === "refund") {
    const amount = asFen(String(fields.get("amount")));
    return amount === null ? null : { step: "apply", amount };
  }
  const goodsDelta = asFen(String(fields.get("goods") || "0"));
  const freight = asFen(String(fields.get("freight") || "0"));
  if (goodsDelta === null || freight === null) return null;
  return freight === order.freightFen ? { goodsDelta } : { goodsDelta, freight };
}
