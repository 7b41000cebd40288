// Stands in each page with a button, and says what is the matter when live.js,
// which puts its own words and deeds in place of these, does not come.
(() => {
  const bar = document.querySelector(".live-bar");
  bar.dataset.scripts = "";
  const script = document.querySelector("script[src$='live/live.js']");
  const say = (text, state = "failed") => {
    bar.dataset.state = state;
    bar.querySelector(".live-news").textContent = text;
  };
  const FILE = "This page was opened as a file, and from there a browser starts no Python. " +
    "Show the site with make serve, or put it on a host.";
  const BLOCKED = "A part of this page, live.js, did not come, so that it cannot run. " +
    "A blocker or a lost connection can be the reason: allow scripts of this site, and load the page again.";
  const OLD = "This browser cannot run the page: it needs one of the last years.";
  const TYPE = (type) => `This site sends live.js as ${type}, which a browser does not run: ` +
    "its host has to send files that end in .js as text/javascript.";

  async function explain() {
    if (location.protocol === "file:") return say(FILE);
    if (!("noModule" in script)) return say(OLD);
    say(BLOCKED);
    try {
      const type = (await fetch(script.src)).headers.get("Content-Type") ?? "nothing";
      if (!/javascript/.test(type)) say(TYPE(type));
    } catch {}
  }

  let failed = false;
  const fail = () => {
    failed = true;
    if (bar.dataset.here === undefined) explain();
  };
  script.onerror = fail;
  addEventListener("error", ({ filename = "" }) => { if (filename.includes("/live/")) fail(); });
  if (!("noModule" in script)) fail();
  bar.querySelector(".live-run").onclick = () => {
    if (failed) explain();
    else say("Loading this page's scripts.", "clicked");
  };
})();
