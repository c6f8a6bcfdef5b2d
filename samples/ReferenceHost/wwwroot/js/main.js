// Starts the console: sign-in, which view is shown, and the polling that keeps it fresh.

import { Api, ApiError } from './api.js';
import { announce, byId, setAttribute, setText } from './dom.js';
import { Poller } from './poller.js';
import { Vault, setUpVault } from './vault.js';
import { Alerts } from './views/alerts.js';
import { showArchive } from './views/archive.js';
import { showCameras } from './views/cameras.js';
import { Detail } from './views/detail.js';
import { Rollouts } from './views/rollouts.js';
import { showEdges, showModels } from './views/tables.js';
import { Timeline } from './views/timeline.js';

const PollInterval = 2500;
const views = ['events', 'cameras', 'models', 'edges', 'archive', 'alerts'];

const api = new Api();
const vault = new Vault();
const timeline = new Timeline(api, () => poller.now());
const cameraName = (id) => timeline.cameraName(id);
const detail = new Detail(api, vault, cameraName);
const alerts = new Alerts(api, cameraName);
const poller = new Poller(refresh, PollInterval);
const rollouts = new Rollouts(api, () => poller.now());

async function cancelTraining(jobId) {
  await api.cancelTraining(jobId);
  poller.now();
}

const refreshers = {
  events: async (signal) => {
    await Promise.all([timeline.refresh(signal), detail.refresh(signal)]);
  },
  cameras: async () => {},
  models: async (signal) => {
    const [models, moving] = await Promise.all([api.models(signal), api.rollouts(signal)]);
    signal.throwIfAborted();
    showModels(models, cameraName);
    rollouts.show(moving);
  },
  edges: async (signal) => {
    const edges = await api.edges(signal);
    signal.throwIfAborted();
    showEdges(edges);
  },
  archive: async (signal) => {
    const archive = await api.archive(signal);
    signal.throwIfAborted();
    showArchive(archive, cameraName);
  },
  alerts: async () => {},
};

async function refresh(signal) {
  try {
    // Cameras and alerts are on every view: as names, and as the count in the head.
    const [cameras, open] = await Promise.all([api.cameras(signal), api.openAlerts(signal)]);
    signal.throwIfAborted();
    timeline.showCameras(cameras);
    showCameras(cameras, cancelTraining);
    alerts.show(open);
    await refreshers[route().view](signal);
    showBanner('');
  } catch (error) {
    if (!signal.aborted) {
      showFailure(error);
    }
  }
}

function showFailure(error) {
  if (error instanceof ApiError && error.kind === 'unauthorised') {
    signOut('The node no longer accepts this token. Sign in again.');
  } else if (error instanceof ApiError && error.kind === 'away') {
    showBanner('The node does not answer. What you see may be old; the console keeps trying.');
  } else {
    showBanner(error instanceof ApiError ? error.message : 'The node answered in a way that this console does not understand.');
  }
}

function showBanner(text) {
  setText(byId('banner'), text);
  byId('banner').hidden = text === '';
}

/** "#/events/ID" and the like. */
function route() {
  const [, view, id] = /^#\/([a-z]+)(?:\/([0-9a-f-]{36}))?$/i.exec(location.hash) ?? [];
  return views.includes(view) ? { view, id: view === 'events' && id ? id.toLowerCase() : null } : { view: 'events', id: null };
}

function showRoute() {
  const { view, id } = route();
  for (const name of views) {
    byId(`view-${name}`).hidden = !api.isSignedIn || name !== view;
  }

  for (const link of byId('views').querySelectorAll('a')) {
    setAttribute(link, 'aria-current', link.getAttribute('href') === `#/${view}` ? 'page' : null);
  }

  byId('view-events').dataset.selected = String(id !== null);
  timeline.select(id);
  detail.show(id);
  document.title = view === 'events' ? 'Guardian console' : `${view[0].toUpperCase()}${view.slice(1)} – Guardian console`;
}

function onNavigate() {
  const left = detail.id;
  showRoute();
  if (left !== null && detail.id === null && document.activeElement === document.body) {
    timeline.focus(left);
  }

  poller.now();
}

function enter() {
  byId('sign-in').hidden = true;
  byId('views').hidden = false;
  byId('session').hidden = false;
  showRoute();
  poller.start();
}

function signOut(reason = '') {
  poller.stop();
  vault.lock();
  api.signOut();
  forgetEverything();
  byId('views').hidden = true;
  byId('session').hidden = true;
  showBanner('');
  showRoute();
  detail.show(null);
  showSignIn(reason);
}

/** Nothing that the token gave access to stays in the page. */
function forgetEverything() {
  byId('unlock-dialog').close();
  detail.show(null);
  timeline.clear();
  timeline.showCameras([]);
  showCameras([], cancelTraining);
  showModels([], cameraName);
  rollouts.show([]);
  showEdges([]);
  alerts.show([]);
}

function showSignIn(reason = '') {
  byId('sign-in').hidden = false;
  setText(byId('sign-in-error'), reason);
  byId('token').focus();
  showVersion();
}

async function showVersion() {
  try {
    const { version } = await api.health();
    setText(byId('node-version'), `Guardian node ${version}`);
  } catch (error) {
    setText(byId('node-version'), error.message);
  }
}

async function onSignIn(event) {
  event.preventDefault();
  const field = byId('token');
  const button = byId('sign-in-form').querySelector('button');
  setText(byId('sign-in-error'), '');
  button.disabled = true;
  try {
    await api.signIn(field.value.trim());
    field.value = '';
    enter();
    announce('Signed in.');
    byId('main').focus();
  } catch (error) {
    setText(byId('sign-in-error'), error.kind === 'away' ? `${error.message} Check that it runs, then try again.` : error.message);
    field.select();
  } finally {
    button.disabled = false;
  }
}

setUpVault(vault);
byId('sign-in-form').addEventListener('submit', onSignIn);
byId('sign-out').addEventListener('click', () => signOut());
byId('skip-link').addEventListener('click', (event) => {
  // The hash belongs to the views.
  event.preventDefault();
  byId('main').focus();
});
window.addEventListener('hashchange', onNavigate);
if (api.isSignedIn) {
  enter();
} else {
  showRoute();
  showSignIn();
}
