// Shows an event's frames with the regions of its verdict, and its clip. Everything is opened here, held as Blob URLs, and
// forgotten on lock or leave.

import { announce, el, reconcile, renderWhenChanged, setAttribute, setText, svg } from '../dom.js';
import { openSealedObject } from '../sealing/sealed-object.js';
import { openUnlockDialog } from '../vault.js';
import { bytes } from '../words.js';
import { ClipName, captionOf, drawRegions, itemsOf, notice, problemWords } from './viewer-parts.js';

export class Viewer {
  #api;
  #vault;
  #eventId = null;
  #stage = null;
  #regions = [];
  #items = [];
  #chosen = null;
  #opened = new Map();
  #showBoxes = true;
  #stop = new AbortController();
  #onVault = () => this.#vaultChanged();

  constructor(api, vault) {
    this.#api = api;
    this.#vault = vault;
    this.stage = el('div', { class: 'stage' });
    this.strip = el('ul', { class: 'strip', 'aria-label': 'Frames and clip' });
    this.boxes = el('input', { type: 'checkbox', id: 'show-boxes', onchange: () => this.#toggleBoxes() });
    this.boxes.checked = true;
    this.caption = el('span', { class: 'fine', id: 'viewer-caption' });
    this.node = el(
      'section', { class: 'viewer', 'aria-label': 'Frames and clip' },
      this.stage,
      el(
        'div', { class: 'viewer-bar' }, this.strip,
        el('span', { class: 'boxes' }, this.boxes, el('label', { for: 'show-boxes' }, 'Boxes'))),
      this.caption);
    vault.addEventListener('change', this.#onVault);
  }

  dispose() {
    this.#vault.removeEventListener('change', this.#onVault);
    this.#forget();
  }

  show(detail) {
    this.#eventId = detail.event.id;
    this.#stage = detail.event.stage;
    this.#regions = detail.event.verdict?.regions ?? [];
    this.#items = itemsOf(detail.objects);
    if (!this.#items.some((i) => i.name === this.#chosen)) {
      this.#chosen = this.#items[0]?.name ?? null;
    }

    this.#render();
    this.#open(this.#chosen);
  }

  #vaultChanged() {
    this.#forget();
    this.#render();
    this.#open(this.#chosen);
  }

  /** Stops what is under way and frees what was opened. */
  #forget() {
    this.#stop.abort();
    this.#stop = new AbortController();
    for (const entry of this.#opened.values()) {
      if (entry.url) {
        URL.revokeObjectURL(entry.url);
      }
    }

    this.#opened.clear();
  }

  #toggleBoxes() {
    this.#showBoxes = this.boxes.checked;
    this.#render();
  }

  #choose(name) {
    this.#chosen = name;
    this.#render();
    this.#open(name);
  }

  #render() {
    reconcile(this.strip, this.#items, (i) => i.name, () => this.#stripRow());
    const item = this.#items.find((i) => i.name === this.#chosen) ?? null;
    const entry = this.#opened.get(this.#chosen) ?? null;
    const locked = this.#vault.key === null;
    setText(this.caption, captionOf(item, this.#regions.length));
    const state = {
      stage: this.#items.length === 0 ? this.#stage : null,
      name: item?.name ?? null,
      readable: item?.readable ?? false,
      locked,
      url: entry?.url ?? null,
      problem: entry?.problem ?? null,
      boxes: this.#showBoxes,
      regions: this.#regions,
    };
    renderWhenChanged(this.stage, state, (s) => [this.#stageFor(s)]);
    this.#showProgress(entry);
  }

  #stripRow() {
    const button = el('button', { type: 'button', onclick: () => this.#choose(button.dataset.name) });
    const update = (item) => {
      button.dataset.name = item.name;
      setText(button, item.label);
      setAttribute(button, 'aria-pressed', String(item.name === this.#chosen));
      setAttribute(button, 'aria-label', item.isClip ? 'Clip' : `Frame ${item.number}`);
    };
    return { node: el('li', {}, button), update };
  }

  #stageFor(state) {
    if (state.name === null) {
      return notice('Nothing to see yet', state.stage === 'pending'
        ? 'The node still analyses the frames. It seals them to your key afterwards, and they appear here.'
        : 'The frames are being sealed to your key. They appear here in a moment.');
    }

    if (!state.readable) {
      return notice('On its way', 'The edge is still sending this object. It can be opened when it is here whole.');
    }

    if (state.locked) {
      return notice(
        'Sealed', 'The node stores this but cannot open it. Your private key opens it here, in your browser.',
        el('button', { type: 'button', class: 'primary', onclick: openUnlockDialog }, 'Unlock…'));
    }

    if (state.problem !== null) {
      return notice(
        'It cannot be shown', state.problem,
        el('button', { type: 'button', class: 'quiet', onclick: () => this.#retry() }, 'Try again'));
    }

    if (state.url === null) {
      return el(
        'div', { class: 'notice' },
        el('p', { class: 'progress-text' }, 'Opening…'), el('progress', { 'aria-label': 'Opening', max: '1' }));
    }

    return state.name === ClipName ? this.#video(state) : this.#frame(state);
  }

  #frame(state) {
    const overlay = svg('svg', { class: 'overlay', 'aria-hidden': 'true' });
    const labels = state.regions.map((r) => r.label).join(', ');
    const image = el('img', {
      src: state.url,
      alt: `${captionOf(this.#items.find((i) => i.name === state.name), 0)}${labels ? `, with ${labels}` : ''}`,
      onload: () => {
        if (state.boxes) {
          drawRegions(overlay, image.naturalWidth, image.naturalHeight, state.regions);
        }
      },
      onerror: () => this.#fail(state.name, 'The frame was opened, but it is not a picture that this browser shows.'),
    });
    return el('div', { class: 'frame' }, image, overlay);
  }

  #video(state) {
    return el('video', {
      src: state.url,
      controls: true,
      muted: true,
      playsinline: true,
      'aria-label': 'Clip of the event',
      onerror: () => this.#fail(state.name, 'The clip was opened, but this browser cannot play it. It needs H.264 in MP4.'),
    });
  }

  #retry() {
    this.#opened.delete(this.#chosen);
    this.#render();
    this.#open(this.#chosen);
  }

  async #open(name) {
    const item = this.#items.find((i) => i.name === name);
    if (!item?.readable || this.#vault.key === null || this.#opened.has(name)) {
      return;
    }

    const entry = { url: null, problem: null, done: 0, total: 0 };
    const { signal } = this.#stop;
    this.#opened.set(name, entry);
    this.#render();
    try {
      const blob = await openSealedObject(this.#api.sealedRanges(this.#eventId, item.path), this.#vault.key, {
        signal,
        onProgress: (done, total) => {
          Object.assign(entry, { done, total });
          this.#showProgress(this.#opened.get(this.#chosen) ?? null);
        },
      });
      if (!signal.aborted) {
        entry.url = URL.createObjectURL(blob);
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }

      entry.problem = problemWords(error);
      announce(entry.problem);
    }

    if (!signal.aborted) {
      this.#render();
    }
  }

  #fail(name, problem) {
    const entry = this.#opened.get(name);
    if (entry?.url) {
      URL.revokeObjectURL(entry.url);
      Object.assign(entry, { url: null, problem });
      announce(problem);
      this.#render();
    }
  }

  #showProgress(entry) {
    const bar = this.stage.querySelector('progress');
    if (bar !== null && entry !== null && entry.total > 0) {
      bar.value = entry.done / entry.total;
      setText(this.stage.querySelector('.progress-text'), `Opening… ${bytes(entry.done)} of ${bytes(entry.total)}`);
    }
  }
}
