/** Where a name of PyTorch stands here. */
export interface Name {
  /** PyTorch's name. */
  readonly torch: string
  /** The family in docs/ops.md. */
  readonly family: string
  /** 1: must exist; 2: as many as come cheaply. */
  readonly tier: 1 | 2
  /** How it is called here: a property or method of Tensor (`.add`), or an export of @metagrad/tensor, @metagrad/autograd or (as `functional.x`) of @metagrad/nn. */
  readonly api: string
  /** Rows of the sample table that prove it; names of the table, by default the api's own. Empty where a test file proves it. */
  readonly samples: readonly string[]
  /** The test file that proves names without sample rows, from the repository root. */
  readonly proof?: string
}

const creation = 'packages/tensor/src/creation.test.ts'
const attributes = 'packages/tensor/src/tensor.test.ts'
const backward = 'packages/autograd/src/backward.test.ts'
const functional = 'packages/autograd/src/functional.test.ts'
const draws = 'packages/tensor/src/random/draws.test.ts'

const camel = (name: string): string =>
  name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/**
 * A family in a compact text: names separated by spaces, `°` marks the second tier, `torch=api` where the name is not simply
 * camelCase, `torch=api:sample` where the sample row has another name. Methods start with a dot.
 */
function family(title: string, text: string, proof?: string): Name[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const tier = word.endsWith('°') ? 2 : 1
      const [torch, rest] = word.replace('°', '').split('=')
      const [api, sample] = (rest ?? `.${camel(torch!)}`).split(':')
      const bare = sample ?? api!.replace(/^\./, '')
      return {
        torch: torch!,
        family: title,
        tier,
        api: api!,
        samples: [bare],
        ...(proof === undefined ? {} : { proof }),
      }
    })
}

/** A family of functions of nn: the same text, each name standing in `functional`. */
function functions(title: string, text: string): Name[] {
  return family(title, text).map((name) => ({ ...name, api: `functional${name.api}` }))
}

export const names: readonly Name[] = [
  ...family(
    'Creation',
    'tensor=tensor from_numpy=tensor zeros=zeros ones=ones full=full empty=empty° zeros_like=zerosLike ones_like=onesLike full_like=fullLike° arange=arange linspace=linspace logspace=logspace° eye=eye',
    creation,
  ),
  ...family(
    'Creation',
    'rand=rand randn=randn randint=randint randperm=randperm normal=normal uniform_=.uniform_ normal_=.normal_ bernoulli=bernoulli multinomial=multinomial manual_seed=manualSeed Generator=Generator°',
    draws,
  ),
  ...family('Creation', 'tril triu diag meshgrid=meshgrid one_hot=oneHot'),
  ...family(
    'Attributes',
    'shape ndim dtype device numel is_floating_point=.isFloatingPoint item tolist data detach contiguous° stride=.strides° is_contiguous=.isContiguous° element_size=.elementSize° requires_grad_=.requiresGrad_',
    attributes,
  ),
  ...family('Attributes', 'to float=.float:to int=.int:to long=.long:to bool=.bool:to clone'),
  ...family(
    'Shape',
    'reshape view permute transpose T mT=.mT° squeeze unsqueeze expand broadcast_to flatten unflatten° movedim° cat=cat stack=stack split chunk unbind repeat tile repeat_interleave° flip roll° rot90=.rot90° narrow select pad=.pad unfold° swapaxes°',
  ),
  ...family(
    'Indexing',
    '__getitem__=.index __setitem__=.set:indexPut gather take_along_dim index_select masked_select masked_fill where=where nonzero scatter scatter_add index_add° index_fill_=.indexFill_:indexFill° index_put_=.indexPut_:indexPut argwhere° take°',
  ),
  ...family(
    'Pointwise',
    'add sub mul div pow neg abs sqrt rsqrt exp log exp2=.exp2° expm1=.expm1 log1p=.log1p log2=.log2° log10=.log10° sin cos tan asin acos atan sinh cosh asinh acosh atanh tanh sigmoid atan2=.atan2 floor ceil round trunc sign clamp reciprocal remainder° fmod° floor_divide maximum minimum square erf erfc° erfinv° lgamma° digamma° lerp° addcmul° addcdiv° hypot° nan_to_num° isnan isinf isfinite logical_and logical_or logical_not logical_xor bitwise_and° bitwise_or° bitwise_xor° bitwise_not° cumsum cumprod cummax° cummin° diff° logaddexp° heaviside° copysign° xlogy° logit° frac° logcumsumexp° relu softmax log_softmax softplus logsigmoid=.logSigmoid',
  ),
  ...family(
    'Pointwise',
    'add_=.add_ mul_=.mul_ sub_=.sub_ div_=.div_ addcmul_=.addcmul_° addcdiv_=.addcdiv_° fill_=.fill_ zero_=.zero_ copy_=.copy_ clamp_=.clamp_',
    'packages/tensor/src/in-place.test.ts',
  ),
  ...family(
    'Comparison and sorting',
    'eq ne lt gt le ge allclose equal isclose sort argsort topk kthvalue° unique=.unique° searchsorted=searchsorted° isin=isin° msort=.msort°',
  ),
  ...family(
    'Reductions',
    'sum mean max min amax amin argmax argmin prod var std median° quantile° mode° norm logsumexp=.logSumExp all any count_nonzero° bincount=.bincount° histc=.histc° nansum° nanmean° aminmax°',
  ),
  ...family(
    'Linear algebra',
    'matmul mm bmm mv° dot outer einsum=einsum tensordot=tensordot° addmm° baddbmm° trace° cross° kron° inverse=.inverse det=.det slogdet=.slogdet solve=linalg.solve cholesky=linalg.cholesky lu=linalg.lu qr=linalg.qr eigh=linalg.eigh svd=linalg.svd lstsq=linalg.lstsq matrix_power=linalg.matrixPower eig=linalg.eig° pinv=linalg.pinv° matrix_rank=linalg.matrixRank° vector_norm=linalg.vectorNorm°',
  ),
  ...functions('Normalization', 'layer_norm rms_norm batch_norm group_norm instance_norm local_response_norm°'),
  ...functions('Activations', 'gelu silu elu leaky_relu hardswish mish hardsigmoid softsign'),
  ...functions('Losses', 'cross_entropy nll_loss'),
  ...family(
    'Convolution and pooling',
    'conv1d=functional.conv1d:conv1d conv2d=functional.conv2d:conv2d conv3d=functional.conv3d:conv3d conv_transpose1d=functional.convTranspose1d:convTranspose1d conv_transpose2d=functional.convTranspose2d:convTranspose2d conv_transpose3d=functional.convTranspose3d:convTranspose3d',
  ),
  ...family(
    'Convolution and pooling',
    'max_pool1d=functional.maxPool1d:maxPool1d max_pool2d=functional.maxPool2d:maxPool2d max_pool3d=functional.maxPool3d:maxPool3d avg_pool1d=functional.avgPool1d:avgPool1d avg_pool2d=functional.avgPool2d:avgPool2d avg_pool3d=functional.avgPool3d:avgPool3d adaptive_avg_pool1d=functional.adaptiveAvgPool1d:adaptiveAvgPool1d adaptive_avg_pool2d=functional.adaptiveAvgPool2d:adaptiveAvgPool2d adaptive_avg_pool3d=functional.adaptiveAvgPool3d:adaptiveAvgPool3d adaptive_max_pool1d=functional.adaptiveMaxPool1d:adaptiveMaxPool1d adaptive_max_pool2d=functional.adaptiveMaxPool2d:adaptiveMaxPool2d adaptive_max_pool3d=functional.adaptiveMaxPool3d:adaptiveMaxPool3d lp_pool1d=functional.lpPool1d:lpPool1d° lp_pool2d=functional.lpPool2d:lpPool2d° lp_pool3d=functional.lpPool3d:lpPool3d° max_unpool1d=functional.maxUnpool1d:maxUnpool1d° max_unpool2d=functional.maxUnpool2d:maxUnpool2d° max_unpool3d=functional.maxUnpool3d:maxUnpool3d° unfold=functional.unfold:imageUnfold° fold=functional.fold:fold°',
  ),
  ...family(
    'Autograd',
    'backward autograd.grad=grad no_grad=noGrad enable_grad=enableGrad inference_mode=inferenceMode requires_grad=.requiresGrad retain_graph=backward retain_grad=.retainGrad create_graph=backward register_hook=.registerHook° detect_anomaly=detectAnomaly°',
    backward,
  ),
  ...family(
    'Autograd',
    'Function=Function gradcheck=gradcheck gradgradcheck=gradgradcheck jacobian=jacobian hessian=hessian jvp=jvp° vjp=vjp vmap=vmap° checkpoint=checkpoint°',
    functional,
  ),
]
