// What moves the experiments of a page is fetched when the first comes near.
(() => {
  const views = document.querySelectorAll("script[type='application/vnd.jupyter.widget-view+json']");
  const source = new URL("widgets/embed.js", document.currentScript.src);
  const load = () => {
    near.disconnect();
    removeEventListener("beforeprint", load);
    const script = Object.assign(document.createElement("script"), { src: source });
    script.onload = soon();
    document.head.append(script);
  };
  // It would begin when the page has loaded; here that may be long ago.
  function soon() {
    const { addEventListener } = window;
    window.addEventListener = (type, begin, ...how) => {
      if (type === "load" && document.readyState === "complete") begin();
      else addEventListener.call(window, type, begin, ...how);
    };
    return () => { window.addEventListener = addEventListener; };
  }
  const near = new IntersectionObserver((seen) => {
    if (seen.some((place) => place.isIntersecting)) load();
  }, { rootMargin: "100% 0px" });
  for (const view of views) near.observe(view.parentElement);
  addEventListener("beforeprint", load);
})();
