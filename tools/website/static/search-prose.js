// What the search shows of a page: sentences, without formulas and cells.
{
  const UNREAD = 'script, style, pre, table, nav, .cell, .math, mjx-container, .live-bar, .checked, ' +
    '.headerlink, .bd-header-article, .header-article, #jb-print-docs-body, .admonition-title';
  const html = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const page = new DOMParser().parseFromString(text, 'text/html');
    page.querySelectorAll(UNREAD).forEach(e => e.remove());
    page.querySelectorAll('code').forEach(e => { if (/[ (=]/.test(e.textContent)) e.remove(); });
    return html(page.documentElement.outerHTML, anchor).replace(/\s+/g, ' ');
  };
  // A chapter that is found by its title or by what it is the place for holds
  // perhaps none of the letters: then it begins where the page begins.
  const summary = Search.makeSearchSummary;
  Search.makeSearchSummary = (text, words, anchor) => {
    const all = Search.htmlToText(text, anchor).toLowerCase();
    const found = [...words].filter(word => all.includes(word.toLowerCase()));
    return summary(text, found.length ? found : [all.slice(0, 1)], anchor);
  };
}
