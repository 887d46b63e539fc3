// The eye of both gate pages: camera, torch and photo.
/* global ZXingWASM */
const reading = { formats: ['QRCode'], tryHarder: true, tryInvert: true, maxNumberOfSymbols: 1 };
const longestSide = 960;
const restMs = 80;

/**
 * `parts`: {view, video, words, start, torch, photo} elements; `say`: {aim, starting, noCamera, noCode} texts;
 * `wasm`: address of the reader. `found(text, 'camera' | 'photo')` takes what is read, `note(text)` a remark.
 */
export function makeCamera({ parts, say, wasm, found, note }) {
  const { view, video, words, start, torch, photo } = parts;
  let prepared = null;

  function prepare() {
    prepared ??= ZXingWASM.prepareZXingModule({
      overrides: { locateFile: (path, prefix) => (path.endsWith('.wasm') ? wasm : prefix + path) },
      fireImmediately: true,
    });
    return prepared;
  }

  async function watch(stream) {
    const canvas = document.createElement('canvas');
    const paper = canvas.getContext('2d', { willReadFrequently: true });
    while (video.srcObject === stream) {
      if (video.videoWidth && document.visibilityState === 'visible') {
        const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
        canvas.width = Math.round(video.videoWidth * scale);
        canvas.height = Math.round(video.videoHeight * scale);
        paper.drawImage(video, 0, 0, canvas.width, canvas.height);
        const image = paper.getImageData(0, 0, canvas.width, canvas.height);
        const [symbol] = await ZXingWASM.readBarcodes(image, reading);
        if (symbol?.text) found(symbol.text, 'camera');
      }
      await new Promise((go) => { setTimeout(go, restMs); });
    }
  }

  function withoutCamera() {
    view.classList.add('is-off');
    words.textContent = say.noCamera;
    video.srcObject = null;
    video.hidden = true;
    start.hidden = true;
    torch.hidden = true;
    photo.hidden = false;
  }

  async function open() {
    start.hidden = true;
    if (!navigator.mediaDevices?.getUserMedia) {
      withoutCamera();
      return;
    }
    words.textContent = say.starting;
    try {
      await prepare();
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1280 } },
        audio: false,
      });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      view.classList.remove('is-off');
      words.textContent = say.aim;
      const [track] = stream.getVideoTracks();
      const hasTorch = Boolean(track.getCapabilities?.().torch);
      torch.hidden = !hasTorch;
      photo.hidden = hasTorch;
      track.addEventListener('ended', withoutCamera);
      watch(stream);
    } catch {
      withoutCamera();
    }
  }

  torch.addEventListener('click', async () => {
    const on = torch.getAttribute('aria-pressed') !== 'true';
    const [track] = video.srcObject.getVideoTracks();
    await track.applyConstraints({ advanced: [{ torch: on }] });
    torch.setAttribute('aria-pressed', String(on));
  });

  photo.querySelector('input').addEventListener('change', async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    try {
      await prepare();
      const [symbol] = await ZXingWASM.readBarcodes(file, reading);
      if (symbol?.text) found(symbol.text, 'photo');
      else note(say.noCode);
    } catch {
      note(say.noCode);
    }
    target.value = '';
  });

  return { open };
}
