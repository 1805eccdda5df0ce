/*
 * Copyright (c) 2026 adops.offline_join contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Filters, sorts and pages the table. Every text gets into the page as textContent, never as HTML.
 */
(() => {
  "use strict";
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  const { texts, language, machines } = JSON.parse(byId("data").textContent);
  const RANK = { failed: 0, pending: 1, done: 2, accepted: 3 };
  const number = (value) => value.toLocaleString(language);
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const list = byId("list");
  const body = list.tBodies[0];
  const tools = byId("tools");
  const choices = ["branch", "wave"].filter((key) => byId(key));
  const names = Object.fromEntries(choices.map((key) => [key, [...byId(key).options].map((one) => one.text)]));
  const opened = new Set();
  let order = { key: "state", down: false };
  let found = machines;
  let page = 0;

  // Ranks by each column, made when first asked for: comparing numbers is fast, comparing texts is not.
  const ranks = {};
  const rankBy = (key) => {
    if (!ranks[key]) {
      const sorted = [...new Set(machines.map((one) => one[key]))].sort(
        key === "state" ? (a, b) => RANK[a] - RANK[b] : collator.compare
      );
      ranks[key] = new Map(sorted.map((value, rank) => [value, value === "" ? Infinity : rank]));
    }
    return ranks[key];
  };
  const folded = machines.map((one) =>
    [one.name, one.branch, one.wave, one.responsible, one.headline, one.cause, ...one.facts.map((pair) => pair[1])]
      .join("\n")
      .toLowerCase()
  );
  machines.forEach((one, index) => { one.index = index; });

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  };
  const text = (value, tag) => {
    const made = document.createElement(tag || "bdi");
    made.textContent = value;
    return made;
  };
  const icon = (state) => {
    const space = "http://www.w3.org/2000/svg";
    const made = document.createElementNS(space, "svg");
    made.setAttribute("class", "icon s-" + state);
    made.setAttribute("viewBox", "0 0 16 16");
    made.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(space, "use");
    use.setAttribute("href", "#i-" + state);
    made.append(use);
    return made;
  };
  const badge = (state) => element("span", { class: "badge" }, icon(state), texts["state." + state]);
  const facts = (title, pairs) =>
    element("section", null, text(title, "h4"), element("dl", null,
      ...pairs.map(([key, value]) => element("div", null, text(key, "dt"), element("dd", null, text(value))))));
  const lines = (title, kind, entries, none, build) =>
    element("section", { class: "wide" }, text(title, "h4"), entries.length
      ? element(kind === "timeline" ? "ol" : "ul", { class: kind }, ...entries.map(build))
      : element("p", { class: "quiet" }, none));
  const remark = (value) => (value ? element("em", null, text(value)) : null);
  const details = (one) =>
    element("div", { class: "details" }, element("h3", null, text(one.name), badge(one.state)),
      facts(texts.machine_facts, one.facts),
      one.package.length ? facts(texts.package_facts, one.package) : null,
      lines(texts.checks, "checks", one.checks, texts.no_checks, ([verdict, label, id, evidence, remedy]) =>
        element("li", null, element("span", { class: "verdict v-" + verdict }, label),
          element("span", null, element("b", null, text(id)), " ", text(evidence), remark(remedy)))),
      lines(texts.timeline, "timeline", one.events, texts.no_events, ([time, kind, who, why]) =>
        element("li", null, element("time", null, text(time)),
          element("span", null, element("b", null, text(kind)), " ", text(who), remark(why)))),
      element("p", { class: "line" }, text(texts.accepted_by, "span"), text(texts.signature, "span")));

  const rows = (one, withDetails) => {
    const open = withDetails || opened.has(one.index);
    const button = element("button", { type: "button", class: "opener", "aria-expanded": open, "data-index": one.index },
      element("span", { class: "twist", "aria-hidden": "true" }), text(one.name));
    const row = element("tr", { class: "row", role: "row" },
      element("th", { scope: "row", role: "rowheader", class: "k-name" }, button),
      element("td", { role: "cell", class: "k-state" }, badge(one.state)),
      ...["branch", "wave", "responsible", "headline"].map((key) =>
        element("td", { role: "cell", class: "k-" + key }, text(one[key]))));
    if (!open) return [row];
    return [row, element("tr", { class: "more", role: "row" }, element("td", { role: "cell", colspan: 6 }, details(one)))];
  };

  const show = (all, withDetails) => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(page, pages - 1);
    const visible = all ? found : found.slice(page * PAGE, (page + 1) * PAGE);
    const fragment = document.createDocumentFragment();
    for (const one of visible) fragment.append(...rows(one, withDetails));
    body.replaceChildren(fragment);
    list.hidden = !found.length;
    byId("empty").hidden = Boolean(found.length);
    byId("shown").textContent = say(texts.shown, { part: number(found.length), whole: number(machines.length) });
    byId("pages").hidden = pages === 1;
    byId("page").textContent = say(texts.page, { page: number(page + 1), pages: number(pages) });
    byId("previous").disabled = page === 0;
    byId("next").disabled = page === pages - 1;
    for (const head of list.tHead.rows[0].cells) {
      head.setAttribute("aria-sort", head.dataset.key !== order.key ? "none" : order.down ? "descending" : "ascending");
    }
  };

  const refresh = () => {
    const wanted = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = tools.elements.state.value;
    const chosen = choices.filter((key) => byId(key).value !== "").map((key) => {
      const value = names[key][byId(key).selectedIndex];
      return [key, value === texts.none ? "" : value];
    });
    const rank = rankBy(order.key);
    const sign = order.down ? -1 : 1;
    found = machines.filter((one, index) =>
      (!state || one.state === state) &&
      chosen.every(([key, value]) => one[key] === value || (value === "" && one[key] === texts.none)) &&
      wanted.every((word) => folded[index].includes(word)));
    found.sort((a, b) => {
      const left = rank.get(a[order.key]);
      const right = rank.get(b[order.key]);
      // What is empty stays last, whichever way the others stand.
      if (left === right) return a.index - b.index;
      if (left === Infinity) return 1;
      if (right === Infinity) return -1;
      return sign * (left - right);
    });
    show();
  };
  const start = () => { page = 0; refresh(); };

  list.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    order = { key: head.dataset.key, down: head.dataset.key === order.key && !order.down };
    start();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest(".opener");
    if (!button) return;
    const one = machines[Number(button.dataset.index)];
    const row = button.closest("tr");
    const open = !opened.has(one.index);
    button.setAttribute("aria-expanded", open);
    if (open) {
      opened.add(one.index);
      row.after(element("tr", { class: "more", role: "row" }, element("td", { role: "cell", colspan: 6 }, details(one))));
    } else {
      opened.delete(one.index);
      row.nextElementSibling.remove();
    }
  });
  const turn = (by) => {
    page += by;
    show();
    byId("machines").focus();
  };
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  tools.addEventListener("input", start);
  tools.addEventListener("reset", () => setTimeout(start));
  tools.addEventListener("submit", (event) => event.preventDefault());

  let printing = false;
  const print = (withDetails) => {
    printing = true;
    show(true, withDetails);
    window.print();
    printing = false;
    show();
  };
  byId("print-list").addEventListener("click", () => print(false));
  byId("print-details").addEventListener("click", () => print(true));
  window.addEventListener("beforeprint", () => { if (!printing) show(true); });
  window.addEventListener("afterprint", () => { if (!printing) show(); });

  for (const id of ["tools", "shown"]) byId(id).hidden = false;
  refresh();
})();
