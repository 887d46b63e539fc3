// The booth's camera: an enhancement of the typed field. It reads a QR code in the page, puts its text into the form
// and sends it; without a camera, a permission or a secure page the field alone does the work.
const lens = document.querySelector('[data-booth-scan]');
const LONGEST_SIDE = 960;
const PAUSE = 90;

function load(address) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement('script'), { src: address });
    script.addEventListener('load', done);
    script.addEventListener('error', failed);
    document.head.append(script);
  });
}

function isTicket(text) {
  return /\/t\/[0-9A-Z]/i.test(text) || /^[0-9A-Z-]{6,40}$/i.test(text.trim());
}

function run(lens) {
  const view = lens.querySelector('[data-view]');
  const button = lens.querySelector('[data-start]');
  const status = lens.querySelector('[data-status]');
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const field = document.getElementById(lens.dataset.field);
  let stream = null;

  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    view.hidden = true;
    button.hidden = false;
  }

  function frame() {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(view.videoWidth, view.videoHeight));
    canvas.width = view.videoWidth * scale;
    canvas.height = view.videoHeight * scale;
    pen.drawImage(view, 0, 0, canvas.width, canvas.height);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }

  async function look() {
    while (stream) {
      if (view.videoWidth && !document.hidden) {
        const found = await window.ZXingWASM.readBarcodes(frame(), { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 });
        const text = found[0]?.text;
        if (text && isTicket(text)) {
          stop();
          navigator.vibrate?.(60);
          field.value = text;
          field.form.requestSubmit();
          return;
        }
        if (text) status.textContent = status.dataset.foreign;
      }
      await new Promise((next) => setTimeout(next, PAUSE));
    }
  }

  async function start() {
    button.disabled = true;
    try {
      if (!window.ZXingWASM) {
        await load(lens.dataset.reader);
        const locateFile = (name, folder) => (name.endsWith('.wasm') ? lens.dataset.wasm : folder + name);
        window.ZXingWASM.prepareZXingModule({ overrides: { locateFile } });
      }
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
      view.srcObject = stream;
      view.hidden = false;
      button.hidden = true;
      status.textContent = status.dataset.looking;
      await view.play();
      look();
    } catch {
      stop();
      status.textContent = status.dataset.denied;
      field.focus();
    } finally {
      button.disabled = false;
    }
  }

  button.addEventListener('click', start);
  window.addEventListener('pagehide', stop);
  lens.hidden = false;
}

if (lens && navigator.mediaDevices?.getUserMedia) run(lens);
