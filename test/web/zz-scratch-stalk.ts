import { claimNode, eventually } from '#kit';
import { befriend, makeTown, say } from '../conversations/rig.ts';
import { openBrowser, signInOn, visit } from './kit/index.ts';
const browser = await openBrowser();
const town = await makeTown('alice', 'bob', 'mallory');
const { alice, bob, mallory } = town.people;
const owner = await claimNode(alice);
await befriend(alice, bob);
for (let i = 0; i < 45; i++) await say(i % 3 ? bob : alice, i % 3 ? 'alice' : 'bob', i % 7 === 0 ? `Numéro ${i}. Le fleuve ce soir était **large** et lent, et nous avons marché jusqu’au pont de pierre avant la pluie. https://example.org/pont` : `Message ${i}`);
await say(mallory, 'alice', 'Bonjour, nous étions à la même école.');
await say(bob, 'alice', 'שלום ו־نعم et 👋🏽 اطلب');
await new Promise((r) => setTimeout(r, 2500));
const shots: [string, string][] = [['list', '/messages'], ['talk', `/messages/${bob.nodeId}`], ['request', `/messages/${mallory.nodeId}`], ['new', '/messages/new'], ['node', '/node'], ['log', '/node/log'], ['settings', '/settings'], ['leave', '/settings/leave'], ['export', '/settings/export'], ['blocks', '/settings/blocks']];
const only = process.argv[2]?.split(',');
for (const size of ['phone', 'desktop'] as const)
  for (const theme of ['light', 'dark'] as const) {
    if (size !== 'phone' && theme === 'dark' && only === undefined) continue;
    const v = await visit(browser, alice, { size, theme, language: theme === 'dark' ? 'fr' : 'en' });
    if (size === 'phone') await v.page.setViewportSize({ width: 360, height: 740 });
    else await v.page.setViewportSize({ width: 1280, height: 800 });
    await signInOn(v, owner);
    for (const [name, path] of shots) {
      if (only !== undefined && !only.includes(name)) continue;
      await v.open(path);
      await v.page.waitForTimeout(1200);
      await v.page.screenshot({ path: `/tmp/stalk/${name}-${size}-${theme}.png` });
    }
    console.log(size, theme, v.complaints);
    await v.context.close();
  }
await browser.close();
await town[Symbol.asyncDispose]();
process.exit(0);
