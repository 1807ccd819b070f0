// The products that were opened last: what a seller changes of them, so that whoever watches one
// is told.

import { pictureUrl } from "./desk_api.js";
import { yuan } from "./desk_money.js";
import { h } from "./dom.js";
import { fill } from "./strings.js";

/** @typedef {import("./types.js").MarketOffer} MarketOffer */

const RESTOCKED = 500;

/** @param {string|null} price  yuan as the catalogue writes them */
const fen = (price) => Math.round(Number(price) * 100);

/**
 * Lowest and highest price of a product, in fen.
 * @param {MarketOffer} offer
 */
function prices(offer) {
  const own = Object.values(offer.prices).filter((price) => price !== null);
  const all = (own.length > 0 ? own : offer.tiers.map(({ price }) => price)).map(fen);
  return [Math.min(...all), Math.max(...all)];
}

/** @param {MarketOffer} offer */
const stockOf = ({ stock }) =>
  typeof stock === "number" ? stock : Object.values(stock).reduce((sum, each) => sum + each, 0);

/**
 * @param {MarketOffer[]} offers  the latest opened last
 * @param {import("./strings.js").Strings} t
 */
export function offersPane(offers, t) {
  if (offers.length === 0) return [h("p", { class: "desk-note", "data-part": "none" }, t.desk.noOffers)];
  return [h("div", { class: "desk-list", "data-part": "offers" }, [...offers].reverse().map((offer) => card(offer, t)))];
}

/**
 * @param {MarketOffer} offer
 * @param {import("./strings.js").Strings} t
 */
function card(offer, { desk }) {
  const [low, high] = prices(offer);
  const step = Math.max(1, Math.round(low / 10));
  const stock = stockOf(offer);
  const onSale = offer.status === "published";
  const price = low === high ? `¥${yuan(low)}` : `¥${yuan(low)}–${yuan(high)}`;
  /** @type {[string, string, Record<string, unknown>][]} */
  const deeds = [
    ["cheaper", desk.cheaper, { priceDelta: -Math.min(step, low - 1) }],
    ["dearer", desk.dearer, { priceDelta: step }],
    stock > 0 ? ["sell-out", desk.sellOut, { stock: 0 }] : ["restock", desk.restock, { stock: RESTOCKED }],
    onSale
      ? ["take-off", desk.takeOff, { status: "expired" }]
      : ["put-back", desk.putBack, { status: "published" }],
  ];
  return h(
    "article",
    { class: "order", "data-part": String(offer.offerId), "data-testid": `offer-${offer.offerId}` },
    h(
      "div",
      { class: "order-head" },
      offer.picture !== null && h("img", { src: pictureUrl(offer.picture), alt: "", width: 44, height: 44, loading: "lazy" }),
      h(
        "span",
        { class: "order-what" },
        h("span", { class: "order-name", lang: "zh" }, offer.subject),
        h("span", { class: "order-facts" }, fill(desk.inStock, { n: stock })),
      ),
      h(
        "span",
        { class: "order-side" },
        h("span", { class: "order-total", "data-testid": "offer-price" }, price),
        !onSale && h("span", { class: "chip terminated" }, desk.offSale),
      ),
    ),
    h(
      "div",
      { class: "order-body deeds" },
      deeds.map(([name, label, changes]) =>
        h(
          "button",
          { type: "button", class: "deed", "data-do": "offer", "data-offer": String(offer.offerId), "data-value": JSON.stringify(changes), "data-testid": `offer-${name}` },
          label,
        ),
      ),
    ),
  );
}
