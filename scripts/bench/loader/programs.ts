// Programs that read an epoch of pictures after the other and print what it took, as JSON.

/** What a program prints. */
export interface Measured {
  /** Pictures, seconds of the processor and seconds on the clock, behind an epoch that warms up. */
  readonly images: number
  readonly cpu: number
  readonly wall: number
  /** Milliseconds by which the 99th percentile of timers is late. */
  readonly delay?: number
  /** Megabytes that the process has grown by since the first batch was made, and since the first epoch. */
  readonly grown?: number
  readonly creep?: number
}

/** Pictures in a batch, and how many batches our loader makes ahead. */
export const BATCH = 64
export const AHEAD = 2

/** What our loader is told. */
export interface OurSettings {
  readonly folder: string
  /** A pack, to be read in place of the folder. */
  readonly pack?: string
  readonly options?: { readonly decode?: 'fast'; readonly cache?: 'raw' }
  readonly threads: number
  readonly repeats: number
  /** Whether the delay of the event loop is measured, which costs time by itself. */
  readonly watched?: boolean
}

/** Our loader: random crop, jitter, flip, normalize, batches of float32. */
export const ourProgram = (settings: OurSettings): string => `
import { monitorEventLoopDelay } from 'node:perf_hooks'
const { data, dataloader, torch } = await import(process.argv[1])
const { datasets, transforms } = await import(new URL('./vision/index.js', process.argv[1]))
const { folder, pack, options, threads, repeats, watched } = ${JSON.stringify(settings)}
torch.setNumThreads(1)
const transform = transforms.pipeline()
  .randomResizedCrop([224, 224])
  .colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 })
  .randomHorizontalFlip()
  .toTensor()
  .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
const dataset = pack === undefined
  ? await datasets.imageFolder(folder, { transform, ...options })
  : await datasets.packed(pack, { transform, ...options })
const before = process.memoryUsage.rss()
let [first, most] = [0, 0]
async function epoch(dataset) {
  let images = 0
  const loader = dataloader(dataset, {
    batchSize: ${BATCH}, shuffle: true, seed: 1, numWorkers: threads, prefetch: ${AHEAD},
  })
  for await (const [x, y] of loader) {
    images += x.shape[0]
    most = Math.max(most, process.memoryUsage.rss())
    x.dispose()
    y.dispose()
  }
  return images
}
await epoch(dataset)
first = most
const delay = monitorEventLoopDelay({ resolution: 1 })
if (watched) delay.enable()
const [cpu, wall] = [process.cpuUsage(), performance.now()]
const images = await epoch(data.concat(Array(repeats).fill(dataset)))
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({
  images, cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3,
  delay: delay.percentile(99) / 1e6, grown: (most - before) / 2 ** 20, creep: (most - first) / 2 ** 20,
}))`

/** sharp by itself: random crop and resize, several at a time; no jitter, no normalize, no batch. */
export const sharpProgram = (sharp: string, folder: string, repeats: number): string => `
import { readdirSync } from 'node:fs'
const { default: sharp } = await import(${JSON.stringify(sharp)})
sharp.cache(false)
const files = readdirSync(${JSON.stringify(folder)}, { recursive: true })
  .filter((name) => name.endsWith('.jpg')).map((name) => ${JSON.stringify(`${folder}/`)} + name)
let state = 1
const random = () => (state = Math.imul(state, 48271) >>> 0) / 2 ** 32
const { width: W, height: H } = await sharp(files[0]).metadata()
function box() {
  for (let i = 0; i < 10; i++) {
    const area = W * H * (0.08 + 0.92 * random())
    const ratio = Math.exp(Math.log(3 / 4) + random() * Math.log(16 / 9))
    const [width, height] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))]
    if (width <= W && height <= H) {
      const left = Math.floor(random() * (W - width + 1))
      return { left, top: Math.floor(random() * (H - height + 1)), width, height }
    }
  }
  return { left: 0, top: 0, width: W, height: H }
}
async function epoch(repeats) {
  const left = Array(repeats).fill(files).flat()
  const lane = async () => {
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      const { data } = await sharp(file)
        .extract(box()).resize(224, 224, { fit: 'fill', kernel: 'linear' })
        .raw().toBuffer({ resolveWithObject: true })
      if (data.length !== 224 * 224 * 3) throw new Error('not three channels')
    }
  }
  await Promise.all([lane(), lane(), lane(), lane()])
}
await epoch(1)
const [cpu, wall] = [process.cpuUsage(), performance.now()]
await epoch(${repeats})
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({
  images: files.length * ${repeats}, cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3,
}))`

/**
 * torchvision's loader: of Pillow's images (v1) or of uint8 tensors (v2). Where torchvision's compiled
 * \`decode_jpeg\` does not load, Pillow decodes for v2 as well.
 */
export const pythonProgram = (
  folder: string,
  version: 'v1' | 'v2',
  workers: number,
  repeats: number,
): string => `
import json, resource, time, torch, torchvision
from torchvision import datasets, transforms
from torchvision.transforms import v2
torch.set_num_threads(1)
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
if '${version}' == 'v1':
    decode = datasets.folder.pil_loader
    transform = transforms.Compose([
        transforms.RandomResizedCrop(224),
        transforms.ColorJitter(0.4, 0.4, 0.4),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(mean, std),
    ])
else:
    try:
        from torchvision.io import decode_jpeg, read_file
        decode = lambda path: decode_jpeg(read_file(path))
        decode(${JSON.stringify(folder)} + '/class0/0000.jpg')
    except Exception:
        decode = lambda path: v2.functional.pil_to_tensor(datasets.folder.pil_loader(path))
    transform = v2.Compose([
        v2.RandomResizedCrop(224, antialias=True),
        v2.ColorJitter(0.4, 0.4, 0.4),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(mean, std),
    ])
dataset = datasets.ImageFolder(${JSON.stringify(folder)}, transform, loader=decode)

def make_loader():
    return torch.utils.data.DataLoader(
        dataset, batch_size=${BATCH}, shuffle=True, num_workers=${workers},
        **(dict(multiprocessing_context='fork') if ${workers} else {}))

loader = make_loader()

def used():
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(r.ru_utime + r.ru_stime for r in map(resource.getrusage, kinds))

def epoch():
    return sum(x.shape[0] for x, y in loader)

epoch()
dataset.samples *= ${repeats}
loader = make_loader()
cpu, wall = used(), time.perf_counter()
images = epoch()
print(json.dumps(dict(images=images, cpu=used() - cpu, wall=time.perf_counter() - wall)))`

/** Whether torchvision's compiled decoder of JPEG loads: "decode_jpeg", else "PIL". */
export const DECODER_PROGRAM = `
try:
    import torchvision
    from torchvision.io import decode_jpeg
    import torch
    torch.ops.image.decode_jpeg
    print(torch.__version__, torchvision.__version__, 'decode_jpeg')
except Exception:
    import torch, torchvision
    print(torch.__version__, torchvision.__version__, 'PIL')`
