// What the viewer is made of: which objects can be looked at, and what is drawn and said for them.

import { ApiError } from '../api.js';
import { el, svg } from '../dom.js';
import { SealedObjectError } from '../sealing/sealed-object.js';
import { SealedFormatException } from '../sealing/unseal.js';

export const ClipName = 'clip.mp4';

const SnapshotName = /^snapshot(?:-(\d{1,2}))?\.jpg$/;

/** What of an event can be looked at: frames in order, then the clip. */
export function itemsOf(objects) {
  const items = [];
  for (const object of objects) {
    const match = SnapshotName.exec(object.name);
    const readable = object.status !== 'receiving';
    if (match !== null) {
      const number = Number(match[1] ?? 1);
      items.push({ name: object.name, number, label: String(number), isClip: false, path: `snapshots/${number}`, readable });
    } else if (object.name === ClipName) {
      items.push({ name: object.name, number: Infinity, label: 'Clip', isClip: true, path: 'clip', readable });
    }
  }

  return items.sort((a, b) => a.number - b.number);
}

export function captionOf(item, regions) {
  if (!item) {
    return '';
  }

  if (item.isClip) {
    return 'Clip, as the edge sealed it';
  }

  const boxes = regions === 1 ? '1 box' : `${regions} boxes`;
  return regions === 0 ? `Frame ${item.number}` : `Frame ${item.number} · ${boxes} from the verdict`;
}

export function notice(title, text, action = null) {
  return el('div', { class: 'notice' }, el('p', { class: 'notice-title' }, title), el('p', {}, text), action);
}

/** Boxes are in pixels of the frame, so the frame's own size is the drawing's. */
export function drawRegions(overlay, width, height, regions) {
  const text = Math.max(10, Math.round(height / 28));
  overlay.setAttribute('viewBox', `0 0 ${width} ${height}`);
  overlay.replaceChildren(...regions.map((r) => {
    // Above the box, or inside where there is no room above.
    const y = r.y > text * 1.5 ? r.y - text * 0.4 : r.y + text * 1.2;
    return svg(
      'g', {},
      svg('rect', { class: 'region', x: r.x, y: r.y, width: r.width, height: r.height }),
      svg(
        'text', { class: 'region-label', x: r.x + 2, y, 'font-size': text, 'stroke-width': text / 4 },
        `${r.label} ${Math.round(r.confidence * 100)} %`));
  }));
}

const formatWords = {
  NoSuchRecipient: 'It is sealed to another key than the one that is open.',
  NotAuthentic: 'Its seal does not verify: it was changed or damaged after it was sealed. Nothing of it is shown.',
  Truncated: 'It is cut short, so its seal does not verify. Nothing of it is shown.',
  BadFraming: 'Its length is wrong: it was cut, or something was appended. Nothing of it is shown.',
  NotSealed: 'What the node stores here is not a sealed object.',
};

export function problemWords(error) {
  if (error instanceof SealedFormatException) {
    return formatWords[error.error] ?? `It is not a sealed object that this console knows (${error.message}).`;
  }

  if (error instanceof SealedObjectError || error instanceof ApiError) {
    return error.message;
  }

  return 'Something unexpected went wrong while it was opened.';
}
