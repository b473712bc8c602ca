// Before the first paint: the theme and the language that were chosen on this device, if any. At home, the feed's files
// (named by web/first-screen.ts in this script's element) are asked for with the app's own, not after them.
(function () {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('ored.theme');
    const language = localStorage.getItem('ored.language') || navigator.language;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    root.lang = /^fr\b/i.test(language) ? 'fr' : 'en';
  } catch {
    // A browser that refuses storage gets the system's theme and its own language.
    root.lang = /^fr\b/i.test(navigator.language) ? 'fr' : 'en';
  }
  if (location.pathname !== '/') return;
  const named = document.currentScript.dataset;
  if (named.home === undefined) return;
  const files = [named.home, root.lang === 'fr' ? named.homeFr : named.homeEn].join(' ');
  for (const file of files.split(' ')) {
    const link = document.createElement('link');
    const isStyle = file.endsWith('.css');
    link.rel = isStyle ? 'preload' : 'modulepreload';
    if (isStyle) link.as = 'style';
    link.crossOrigin = 'anonymous';
    link.href = file;
    document.head.append(link);
  }
})();
