// The steering routes of the simulated marketplace, as the seller's desk uses them.

import { call, json } from "./api.js";

/** @typedef {import("./types.js").MarketOrder} MarketOrder */
/** @typedef {import("./types.js").PushList} PushList */
/** @typedef {import("./types.js").PushSwitches} PushSwitches */

const MARKET = "/sandbox/marketplace";

/**
 * The newest orders, oldest of them first.
 * @param {number} number
 * @returns {Promise<MarketOrder[]>}
 */
export const getOrders = (number) => call(`${MARKET}/orders?newest=${number}`);

/**
 * What a seller, a buyer or the platform does with an order; answers with the order after it.
 * @param {string} orderId
 * @param {string} action
 * @param {Record<string, unknown>} [body]
 * @returns {Promise<MarketOrder>}
 */
export const act = (orderId, action, body = {}) =>
  call(`${MARKET}/orders/${orderId}/${action}`, json(body));

/**
 * The products that were opened last, the latest last.
 * @param {number} number
 * @returns {Promise<import("./types.js").MarketOffer[]>}
 */
export const getOffers = (number) => call(`${MARKET}/offers?opened=${number}`);

/**
 * What a seller changes of a product; answers with it as it is after that.
 * @param {string} offerId
 * @param {Record<string, unknown>} changes
 */
export const changeOffer = (offerId, changes) => call(`${MARKET}/offers/${offerId}`, json(changes));

/** @param {string} picture */
export const pictureUrl = (picture) =>
  `${MARKET}/img/${encodeURIComponent(picture.replace(/\.jpg$/, ".80x80.jpg"))}`;

/**
 * @param {number} number
 * @returns {Promise<PushList>}
 */
export const getPushes = (number) => call(`${MARKET}/pushes?newest=${number}`);

/** @returns {Promise<{sent: number, delivered: number}>} */
export const flushPushes = () => call(`${MARKET}/pushes/flush`, json({}));

/**
 * Deliver a message once more, with its number and its signature.
 * @param {{message: string, signature: string}} push
 */
export const sendAgain = ({ message, signature }) =>
  call(`${MARKET}/pushes`, json({ message, signature }));

/** @returns {Promise<PushSwitches>} */
export const getSwitches = () => call(`${MARKET}/switches`);

/**
 * @param {Partial<PushSwitches>} changes
 * @returns {Promise<PushSwitches>}
 */
export const changeSwitches = (changes) =>
  call(`${MARKET}/switches`, { ...json(changes), method: "PATCH" });
