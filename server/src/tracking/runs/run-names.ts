import { randomInt } from 'node:crypto';

const MANNERS = words(
  'agile amber brave brisk bright calm clear crisp early fair fine fleet frank fresh gentle glad grand ' +
    'hardy keen kind light lively lucky mellow merry mild neat noble plain proud quick quiet rapid ready ' +
    'sharp silver sleek smart smooth snug sound steady still sturdy sunny swift tidy true vivid warm wise ' +
    'young'
);

const TREES = words(
  'acacia alder almond apple ash aspen bay beech birch cedar cherry cypress elder elm fig fir gum hawthorn ' +
    'hazel holly juniper larch laurel lime linden maple medlar mulberry myrtle oak olive palm pear pine plane ' +
    'plum poplar quince rowan sequoia spruce sumac sycamore teak thorn tulip walnut wattle willow yew'
);

/** A name for a run that got none, e.g. `brisk-elm-417`. Not unique: the id is. */
export function newRunName(): string {
  return `${pick(MANNERS)}-${pick(TREES)}-${randomInt(100, 1000)}`;
}

function pick(from: readonly string[]): string {
  return from[randomInt(from.length)] ?? 'plain';
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
