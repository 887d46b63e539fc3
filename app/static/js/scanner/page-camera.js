// The camera of the scanner's page, at a gate and at a stand: with the page's own elements and words.
import { makeCamera } from './camera.js';

/** `page` the element of the page; `found` and `note` as in camera.js. */
export function makePageCamera({ page, words, wasm, found, note }) {
  const part = (id) => page.querySelector(`#${id}`);
  const video = part('video');
  let closed = false;
  const { open } = makeCamera({
    parts: {
      view: part('view'), video, words: part('view-text'), start: part('start'),
      torch: part('torch'), photo: part('photo'),
    },
    say: {
      aim: words.say('aim'), starting: words.say('starting'), noCamera: words.say('no_camera'), noCode: words.say('no_code'),
    },
    wasm,
    found,
    note,
  });

  return {
    open,
    /** Where the camera was allowed before, nobody has to ask again. */
    openIfAllowed() {
      navigator.permissions?.query({ name: 'camera' })
        .then(({ state }) => { if (state === 'granted' && !closed) open(); }).catch(() => {});
    },
    close() {
      closed = true;
      for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    },
  };
}
