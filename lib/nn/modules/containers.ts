// Containers that register what they hold, and leave the forward to whoever holds them.

export { ModuleDict, moduleDict, ParameterDict, parameterDict } from './containers-dict.js'
export { ModuleList, moduleList, ParameterList, parameterList } from './containers-list.js'
