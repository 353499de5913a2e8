import { randomInt } from 'node:crypto';

const ADJECTIVES =
  'amber bold brisk calm clear crisp deep eager fair fine fresh gentle glad grand keen kind light lively lucky mellow mild neat nimble noble plain proud quick quiet rapid ready rich sharp silent sleek smooth snug solid steady still strong sunny swift tidy true vivid warm wide wise young'.split(
    ' '
  );
const TREES =
  'acacia alder ash aspen bay beech birch box cedar cherry chestnut cypress ebony elder elm fig fir hazel hemlock hickory holly juniper larch laurel lime linden maple myrtle oak olive palm pear pine plane plum poplar quince rowan spruce sumac sycamore teak tulip walnut willow yew'.split(
    ' '
  );

/** A name that is easy to say and to tell from others, e.g. "calm-fir". */
export function runName(): string {
  return `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${TREES[randomInt(TREES.length)]}`;
}
