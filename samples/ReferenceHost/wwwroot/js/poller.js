/** Calls work again and again, never twice at once, and not while nobody looks. */
export class Poller {
  #work;
  #interval;
  #timer = null;
  #running = false;
  #again = false;
  #stop = new AbortController();
  #active = false;

  /** @param {(signal: AbortSignal) => Promise<void>} work Handles its own errors. */
  constructor(work, interval) {
    this.#work = work;
    this.#interval = interval;
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) {
        clearTimeout(this.#timer);
      } else {
        this.now();
      }
    });
  }

  start() {
    this.#active = true;
    this.now();
  }

  stop() {
    this.#active = false;
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  /** Works at once: what is shown has changed, so what is under way would be stale. */
  now() {
    if (!this.#active) {
      return;
    }

    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      this.#stop.abort();
      this.#stop = new AbortController();
      return;
    }

    this.#run();
  }

  async #run() {
    this.#running = true;
    do {
      this.#again = false;
      await this.#work(this.#stop.signal);
    } while (this.#again && this.#active);

    this.#running = false;
    if (this.#active && !document.hidden) {
      this.#timer = setTimeout(() => this.#run(), this.#interval);
    }
  }
}
