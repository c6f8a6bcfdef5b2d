// Holds the customer's private key, in memory only, and tells whoever shows opened content when it comes and goes.

import { byId, announce } from './dom.js';
import { KeyFileError, MaxKeyFileBytes, openPrivateKey } from './sealing/keys.js';

export class Vault extends EventTarget {
  #key = null;
  #locks = 0;

  /** The open key, or null while frames stay sealed. */
  get key() {
    return this.#key;
  }

  async unlock(file, passphrase) {
    if (file.size > MaxKeyFileBytes) {
      throw new KeyFileError('NotAKey', `The file is too large for a key: at most ${MaxKeyFileBytes / 1024} KiB are read.`);
    }

    const locks = this.#locks;
    const key = await openPrivateKey(await file.text(), passphrase);
    if (locks !== this.#locks) {
      return;
    }

    this.#key = key;
    this.dispatchEvent(new Event('change'));
  }

  /** Forgets the key, also one that is just being opened. */
  lock() {
    this.#locks++;
    if (this.#key !== null) {
      this.#key = null;
      this.dispatchEvent(new Event('change'));
    }
  }
}

/** Connects the vault to the dialog and to the buttons in the page's head. */
export function setUpVault(vault) {
  const dialog = byId('unlock-dialog');
  const error = byId('unlock-error');
  const submit = byId('unlock-submit');

  byId('unlock-button').addEventListener('click', openUnlockDialog);
  byId('unlock-cancel').addEventListener('click', () => dialog.close());
  byId('lock-button').addEventListener('click', () => {
    vault.lock();
    announce('Locked. Frames and clips are sealed again.');
    byId('unlock-button').focus();
  });

  // Nothing typed outlives the dialog, however it is closed.
  dialog.addEventListener('close', () => {
    byId('unlock-form').reset();
    error.textContent = '';
  });

  byId('unlock-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    error.textContent = '';
    submit.disabled = true;
    submit.textContent = 'Opening the key…';
    try {
      await vault.unlock(byId('key-file').files[0], byId('passphrase').value);
      dialog.close();
      announce('Unlocked. Frames and clips open in this browser.');
    } catch (problem) {
      error.textContent = problem instanceof KeyFileError ? problem.message : 'The key file could not be read.';
      byId('passphrase').select();
    } finally {
      submit.disabled = false;
      submit.textContent = 'Unlock';
    }
  });

  vault.addEventListener('change', () => showState(vault));
  showState(vault);
}

export function openUnlockDialog() {
  byId('unlock-dialog').showModal();
}

function showState(vault) {
  const locked = vault.key === null;
  const state = byId('key-state');
  state.dataset.locked = String(locked);
  state.textContent = locked ? 'Frames are sealed' : `Key ${vault.key.id.slice(0, 8)} is open`;
  byId('unlock-button').hidden = !locked;
  byId('lock-button').hidden = locked;
}
