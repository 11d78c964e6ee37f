import { createModule, NativeModule, registerClass } from '../native-module.js'

/** Returns its input. Made by {@link identity}. */
export class Identity extends NativeModule {}
registerClass('Identity', Identity)

/** A layer that returns its input: takes the place of one that is not wanted. PyTorch's `nn.Identity`. */
export const identity = (): Identity => new Identity(createModule('Identity', {}))
