// Comforts; every page works without them: copying the draft, checking and keeping it while it is written, and
// keeping the page up to date.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector(".copy-status");
  const copied = await copy(source);
  status.textContent = copied ? button.dataset.copied : button.dataset.failed;
});

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    return true;
  } catch {
    // Without https there is no clipboard interface; selecting works everywhere.
    source.select ? source.select() : getSelection().selectAllChildren(source);
    return document.execCommand("copy");
  }
}

// The server checks; here we only wait until the hands rest, and leave out answers that came too late.
let resting;
document.addEventListener("input", (event) => {
  const area = event.target.closest("textarea[data-check]");
  if (!area) return;
  remember(area);
  clearTimeout(resting);
  resting = setTimeout(() => check(area), 500);
});

async function check(area) {
  const asked = area.value;
  const fields = new URLSearchParams(new FormData(area.form));
  fields.set("do", "check");
  fields.set("part", "1");
  try {
    const answer = await fetch(area.form.getAttribute("action"), { method: "POST", body: fields, redirect: "error" });
    if (!answer.ok || area.value !== asked) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("findings");
    if (!found) return;
    document.getElementById("findings").replaceWith(document.adoptNode(found));
    document.getElementById("verdict").textContent = found.querySelector(".verdict").textContent.trim();
  } catch {
    // No connection: the button still checks, and the line at the foot says that the page is not fresh.
  }
}

// What was written for one channel waits there, in this tab of the browser, while another one is looked at.
function place(area) {
  const fields = area.form.elements;
  return [location.pathname, fields.channel.value, fields.reply_language.value, fields.kind.value].join(" ");
}

function remember(area) {
  try {
    sessionStorage.setItem(place(area), area.value);
  } catch {
    // Storage is full or switched off: then the text lives as long as the page.
  }
}

function recall(root) {
  const area = root.querySelector("textarea[data-check]");
  if (!area || "edited" in area.dataset) return;
  const kept = sessionStorage.getItem(place(area));
  if (kept === null || kept === area.value) return;
  area.value = kept;
  check(area);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-afresh]")) return;
  const area = document.querySelector("textarea[data-check]");
  sessionStorage.removeItem(place(area));
  if ("edited" in area.dataset) return; // the suggestion stands on the page that the link opens
  event.preventDefault();
  area.value = area.defaultValue;
  check(area);
});

document.addEventListener("submit", (event) => {
  if (event.submitter?.value === "publish") sessionStorage.removeItem(place(event.target.elements.text));
});

function showComforts(root) {
  for (const hidden of root.querySelectorAll("button[data-copy], label.auto")) hidden.hidden = false;
}

// Somebody reads closely, writes or selects: then nothing moves under their hands.
function isBusy(live) {
  const field = document.activeElement?.closest("input, textarea");
  const written = [...live.querySelectorAll("textarea")].some(
    (area) => area.value !== area.defaultValue || "edited" in area.dataset);
  return document.hidden || written || (field && field.type !== "checkbox") || !getSelection().isCollapsed;
}

async function refresh(live) {
  const asked = new URLSearchParams(location.search);
  asked.delete("done");
  const answer = await fetch(`${location.pathname}?${asked}`, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.querySelector("[data-live]");
  if (!next) throw new Error("not our page");
  const open = [...live.querySelectorAll("details")].map((one) => one.open);
  next.querySelectorAll("details").forEach((one, place) => (one.open = open[place] ?? false));
  showComforts(next);
  const focused = focusPath(live);
  live.replaceWith(document.adoptNode(next));
  document.title = fresh.title;
  if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
}

function focusPath(live) {
  const at = document.activeElement;
  if (!at || !live.contains(at)) return null;
  if (at.matches("[data-auto]")) return "[data-auto]";
  if (at.id) return `#${CSS.escape(at.id)}`;
  if (at.name && at.value) return `[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]`;
  return at.getAttribute("href") ? `a[href="${CSS.escape(at.getAttribute("href"))}"]` : null;
}

async function keepFresh() {
  const live = document.querySelector("[data-live]");
  const auto = live?.querySelector("[data-auto]");
  if (live && auto?.checked && !isBusy(live)) {
    try {
      await refresh(live);
    } catch {
      const line = live.querySelector(".live-line");
      line.querySelector("span").textContent = line.dataset.lost;
    }
  }
}

showComforts(document);
recall(document);
const first = document.querySelector("[data-live]");
if (first) setInterval(keepFresh, Number(first.dataset.live) * 1000);
