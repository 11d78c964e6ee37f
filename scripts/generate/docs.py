"""What the most used functions are for, in one line each."""

from __future__ import annotations

from . import names

# `name: purpose` per line; names of other namespaces than `torch` and `torch.Tensor` carry theirs.
# A variant in place (`add_`) has the purpose of the name without the underscore.
TEXT = """
abs: The absolute value of each element; of complex numbers the modulus.
acos: The angle in radians, from 0 to π, whose cosine is the element.
acosh: The inverse hyperbolic cosine of each element.
add: Adds `other`, multiplied by `alpha`.
addbmm: Adds the sum of the products of two batches of matrices: beta·input + alpha·Σ batch1[i] × batch2[i].
addcdiv: Adds value · tensor1 / tensor2.
addcmul: Adds value · tensor1 · tensor2.
addmm: Adds a product of matrices: beta·input + alpha·(mat1 × mat2).
addmv: Adds a product of a matrix and a vector: beta·input + alpha·(mat × vec).
addr: Adds an outer product: beta·input + alpha·(vec1 ⊗ vec2).
adjoint: Matrices transposed and conjugated.
all: Whether all elements, or all along `dim`, are true (not zero).
allclose: Whether every element differs from its counterpart by at most atol + rtol·|other|.
amax: The largest element along `dim`; equal ones share the gradient.
amin: The smallest element along `dim`; equal ones share the gradient.
aminmax: The smallest and the largest element, along `dim` if given.
angle: The angle in radians of each element in the complex plane.
any: Whether any element, or any along `dim`, is true (not zero).
arange: The numbers from `start` (0 unless given) up to, but without, `end`, `step` apart.
argmax: The position of the largest element, along `dim` or, without it, in the flattened tensor.
argmin: The position of the smallest element, along `dim` or, without it, in the flattened tensor.
argsort: The positions of the elements in sorted order along `dim`.
argwhere: The positions of the elements that are not zero: [count, dimensions].
as_strided: A view with these sizes and steps in memory, whatever the tensor's own.
asin: The angle in radians, from -π/2 to π/2, whose sine is the element.
asinh: The inverse hyperbolic sine of each element.
atan: The angle in radians, from -π/2 to π/2, whose tangent is the element.
atan2: The angle in radians of the point (other, input), with its quadrant.
atanh: The inverse hyperbolic tangent of each element.
avg_pool1d: Averages over windows of the last dimension.
avg_pool2d: Averages over windows of images [N, C, H, W].
avg_pool3d: Averages over windows of volumes [N, C, D, H, W].
bilinear: input1ᵀ · weight · input2 + bias, for each row.
channel_shuffle: Rearranges the channels of [N, C, …] across groups.
linear: input × weightᵀ + bias.
leaky_relu: x where positive, else negative_slope · x.
logsigmoid: log(1 / (1 + exp(-x))).
pdist: The p-norm distances between every pair of rows.
rms_norm: Divides by the root of the mean square over the last dimensions.
rrelu: x where positive, else x times a random slope.
softshrink: x moved towards 0 by `lambd`, 0 in between.
baddbmm: Adds products of two batches of matrices: beta·input + alpha·(batch1 × batch2).
bartlett_window: A triangular window of `window_length` samples.
batch_norm: Normalizes each channel over the batch.
bernoulli: Draws 0 or 1, with the elements (or `p`) as probabilities of 1.
bincount: How often each natural number occurs in a vector of them, weighted if `weights` is given.
bitwise_and: The bits that both have.
bitwise_left_shift: The bits shifted to the left by `other`.
bitwise_not: The bits inverted; booleans negated.
bitwise_or: The bits that either has.
bitwise_right_shift: The bits shifted to the right by `other`, with the sign.
bitwise_xor: The bits that exactly one of both has.
blackman_window: Blackman's window of `window_length` samples.
bmm: Products of two batches of matrices: [b, n, m] and [b, m, p] make [b, n, p].
broadcast_to: A view in which dimensions of size 1 are repeated to the given shape.
bucketize: For each element the position of the interval between `boundaries` in which it lies.
can_cast: Whether type promotion may turn one dtype into the other.
cat: Joins tensors along an existing dimension.
cauchy: Fills with numbers of a Cauchy distribution.
ceil: The smallest integer not below each element.
celu: max(0, x) + min(0, α·(exp(x/α) - 1)).
cholesky: The Cholesky factor of positive-definite matrices; see `linalg.cholesky`.
cholesky_inverse: The inverse of a positive-definite matrix from its Cholesky factor.
cholesky_solve: Solves linear systems from the Cholesky factor of their matrix.
chunk: Splits into at most `chunks` parts of equal size (the last may be smaller) along `dim`; views.
clamp: Each element limited to the range from `min` to `max`.
clamp_max: Each element limited from above.
clamp_min: Each element limited from below.
clip: Each element limited to the range from `min` to `max`.
clone: A copy with memory of its own, through which gradients flow.
column_stack: Joins tensors side by side, vectors as columns.
combinations: All combinations of `r` elements of a vector: [count, r].
complex: Complex numbers from their real and imaginary parts.
concat: Joins tensors along an existing dimension.
conj: Complex conjugates, a view.
contiguous: The same values in memory without gaps; the tensor itself where they are.
conv1d: Correlates [N, C, L] with filters [O, C / groups, K].
conv2d: Correlates images [N, C, H, W] with filters [O, C / groups, KH, KW].
conv3d: Correlates volumes [N, C, D, H, W] with filters [O, C / groups, KD, KH, KW].
conv_transpose1d: The transpose of `conv1d`, which upsamples: filters are [C, O / groups, K].
conv_transpose2d: The transpose of `conv2d`, which upsamples: filters are [C, O / groups, KH, KW].
conv_transpose3d: The transpose of `conv3d`, which upsamples.
copy: Writes the values of another tensor, converted and broadcast, into this one.
copysign: The magnitude of `input` with the sign of `other`.
corrcoef: The correlation coefficients of the rows of a matrix.
cos: The cosine of each angle in radians.
cosh: The hyperbolic cosine of each element.
cosine_similarity: The cosine of the angle between vectors along `dim`.
count_nonzero: How many elements, along `dim` if given, are not zero.
cov: The covariance matrix of variables in the rows of a matrix.
cross: The cross product of vectors of three elements along `dim`.
cummax: The largest element so far along `dim`, and its position.
cummin: The smallest element so far along `dim`, and its position.
cumprod: The products of the elements so far along `dim`.
cumsum: The sums of the elements so far along `dim`.
cumulative_trapezoid: The integrals so far along `dim` by the trapezoidal rule.
deg2rad: Degrees to radians.
dequantize: Real numbers from quantized ones.
det: The determinant of square matrices; see `linalg.det`.
detach: The same values and memory, outside the graph.
diag: The diagonal of a matrix, or the matrix with a vector as its diagonal.
diag_embed: Matrices with the last dimension as their diagonals.
diagflat: The matrix with all elements as its diagonal.
diagonal: The diagonals over two dimensions, as the last dimension of a view.
diagonal_scatter: A copy with `src` as its diagonal.
diff: The differences between neighbours along `dim`, `n` times.
digamma: The logarithmic derivative of the gamma function.
dist: The p-norm of the difference of two tensors.
div: Divides by `other`, rounding if `rounding_mode` says so; integers make floating-point results otherwise.
dot: The dot product of two vectors.
dropout: Sets elements to zero at random and scales the others by 1 / (1 - p), if `train`.
dstack: Joins tensors along the third dimension.
elu: x where positive, else α·(exp(x) - 1).
embedding: The rows of `weight` at `indices`.
embedding_bag: Sums or means of the rows of `weight`, bag by bag.
empty: A tensor whose values are whatever the memory holds.
empty_like: A tensor shaped as another, whose values are whatever the memory holds.
eq: Whether elements are equal.
equal: Whether two tensors have the same shape and the same elements.
erf: The error function of each element.
erfc: One minus the error function.
erfinv: The inverse of the error function.
exp: e raised to each element.
exp2: 2 raised to each element.
expand: A view in which dimensions of size 1 are repeated to the given sizes (-1 keeps one).
expand_as: A view expanded to the shape of another tensor.
expm1: e raised to each element, minus one, exact near zero.
exponential: Fills with numbers of an exponential distribution.
eye: A matrix with ones on its diagonal and zeros elsewhere.
fill: Sets every element to `value`.
fill_diagonal: Sets the diagonal to a number.
flatten: Joins the dimensions from `start_dim` to `end_dim` into one.
flip: Reverses the order of the elements along `dims`.
fliplr: Reverses the order of the columns.
flipud: Reverses the order of the rows.
float_power: Powers, computed in float64 or complex128.
floor: The largest integer not above each element.
floor_divide: The quotient, rounded down.
fmax: The larger of two elements; a number beats NaN.
fmin: The smaller of two elements; a number beats NaN.
fmod: The remainder of the division, with the sign of the dividend.
frac: What is behind the point of each element.
frexp: Mantissas from 0.5 to 1 and exponents of 2.
full: A tensor with one value in every element.
full_like: A tensor shaped as another, with one value in every element.
gather: The elements at the positions that `index` gives along `dim`.
gcd: The greatest common divisor of integers.
ge: Whether elements are greater than or equal to `other`.
gelu: x·Φ(x), with the normal distribution's Φ or its approximation.
geometric: Fills with numbers of a geometric distribution.
ger: The outer product of two vectors.
get_device: The index of the device; -1 on the CPU.
glu: One half of the elements along `dim`, gated by the sigmoid of the other half.
gradient: Numerical gradients along each dimension, by differences.
greater: Whether elements are greater than `other`.
greater_equal: Whether elements are greater than or equal to `other`.
group_norm: Normalizes groups of channels.
gt: Whether elements are greater than `other`.
hamming_window: Hamming's window of `window_length` samples.
hann_window: Hann's window of `window_length` samples.
hardshrink: x where |x| is above `lambd`, else 0.
hardtanh: Each element limited to the range from `min_val` to `max_val`.
heaviside: 0 for negative elements, 1 for positive ones, `values` at zero.
histc: How many elements fall into each of `bins` bins of equal width.
histogram: How many elements fall into each bin, and the bins' edges.
hsplit: Splits along the second dimension; views.
hstack: Joins tensors along the second dimension, vectors along the first.
hypot: The length of the hypotenuse of a right triangle.
index_add: Adds slices of `source` to those at `index` along `dim`.
index_copy: Writes slices of `source` to those at `index` along `dim`.
index_fill: Sets the slices at `index` along `dim` to a value.
index_put: Writes `values` at the positions that the index tensors give.
index_reduce: Combines slices of `source` with those at `index` along `dim`.
index_select: The slices at the positions in `index` along `dim`, as a copy.
inner: Dot products over the last dimensions.
instance_norm: Normalizes each channel of each sample.
inverse: The inverse of square matrices; see `linalg.inv`.
is_complex: Whether the dtype is a complex one.
is_floating_point: Whether the dtype is a floating-point one.
is_nonzero: Whether the only element is not zero.
is_set_to: Whether two tensors are the same view of the same memory.
isclose: Whether each element differs from its counterpart by at most atol + rtol·|other|.
isfinite: Whether elements are neither infinite nor NaN.
isin: Whether elements are among `test_elements`.
isinf: Whether elements are infinite.
isnan: Whether elements are NaN.
isneginf: Whether elements are -∞.
isposinf: Whether elements are +∞.
isreal: Whether elements have no imaginary part.
istft: The signal whose short-time Fourier transform this is.
kaiser_window: Kaiser's window of `window_length` samples.
kron: The Kronecker product of two tensors.
kthvalue: The k-th smallest element along `dim`, and its position.
layer_norm: Normalizes over the last dimensions, `normalized_shape`.
lcm: The least common multiple of integers.
ldexp: input · 2^other.
le: Whether elements are less than or equal to `other`.
lerp: Between `input` and `end`: input + weight·(end - input).
less: Whether elements are less than `other`.
less_equal: Whether elements are less than or equal to `other`.
lgamma: The logarithm of the absolute value of the gamma function.
linspace: `steps` numbers from `start` to `end`, both included, evenly spaced.
log: The natural logarithm of each element.
log10: The decimal logarithm of each element.
log1p: The natural logarithm of one plus each element, exact near zero.
log2: The binary logarithm of each element.
log_normal: Fills with numbers whose logarithms are normally distributed.
log_softmax: The logarithms of the softmax along `dim`.
logaddexp: log(exp(input) + exp(other)), without overflow.
logaddexp2: log2(2^input + 2^other), without overflow.
logcumsumexp: log of the sums of exponentials so far along `dim`.
logdet: The logarithm of the determinant.
logical_and: Whether both are true (not zero).
logical_not: Whether elements are false (zero).
logical_or: Whether either is true (not zero).
logical_xor: Whether exactly one of both is true (not zero).
logit: log(x / (1 - x)), the inverse of the sigmoid.
logspace: `steps` powers of `base` with exponents evenly spaced from `start` to `end`.
logsumexp: log of the sum of exponentials along `dim`, without overflow.
lt: Whether elements are less than `other`.
lu_solve: Solves linear systems from the LU factorization of their matrix.
lu_unpack: P, L and U from a packed LU factorization.
masked_fill: Sets the elements where `mask` is true to a value.
masked_scatter: Writes the elements of `source`, in order, where `mask` is true.
masked_select: The elements where `mask` is true, as a vector.
matmul: The matrix product: of vectors the dot product, of more dimensions a batch of products.
matrix_exp: The exponential of square matrices.
matrix_power: Square matrices raised to an integer power.
max: The largest element; along `dim` values and positions; or, of two tensors, the larger elements.
max_pool1d: The largest elements of windows [N, C, L].
max_pool2d: The largest elements of windows of images [N, C, H, W].
max_pool3d: The largest elements of windows of volumes [N, C, D, H, W].
maximum: The larger of two elements; NaN if either is.
mean: The mean of all elements, or of those along `dim`.
median: The median (the lower of two) of all elements, or values and positions along `dim`.
min: The smallest element; along `dim` values and positions; or, of two tensors, the smaller elements.
minimum: The smaller of two elements; NaN if either is.
mm: The product of two matrices.
mode: The most frequent value along `dim`, and a position of it.
moveaxis: Moves dimensions to other places; a view.
movedim: Moves dimensions to other places; a view.
msort: The elements sorted along the first dimension.
mul: Multiplies by `other`.
multinomial: Draws positions with the elements of each row as weights.
mv: The product of a matrix and a vector.
mvlgamma: The logarithm of the multivariate gamma function.
nan_to_num: Replaces NaN and infinities by numbers.
nanmean: The mean without NaN.
nanmedian: The median without NaN.
nanquantile: Quantiles without NaN.
nansum: The sum without NaN.
narrow: The part of `length` slices from `start` on along `dim`; a view.
narrow_copy: As `narrow`, a copy.
native_batch_norm: Normalizes each channel over the batch; also means and inverse deviations.
ne: Whether elements differ.
neg: Each element with the other sign.
new_empty: A tensor of this one's dtype and device with whatever the memory holds.
new_full: A tensor of this one's dtype and device with one value in every element.
new_ones: A tensor of this one's dtype and device full of ones.
new_zeros: A tensor of this one's dtype and device full of zeros.
nextafter: The next number from `input` towards `other` that the dtype holds.
normal: Numbers of a normal distribution with this mean and standard deviation.
numel: The number of elements.
one_hot: 1 at each class, 0 elsewhere, as a new last dimension.
ones: A tensor full of ones.
ones_like: A tensor shaped as another, full of ones.
outer: The outer product of two vectors: [n, m].
pad: Pads the last dimensions with the given widths, (left, right) each, last dimension first.
pairwise_distance: The p-norms of the differences of rows.
permute: The dimensions in another order; a view.
pinverse: The pseudoinverse of matrices; see `linalg.pinv`.
pixel_shuffle: Turns [C·r², H, W] into [C, H·r, W·r].
pixel_unshuffle: Turns [C, H·r, W·r] into [C·r², H, W].
poisson: Draws numbers of Poisson distributions with the elements as rates.
polar: Complex numbers from moduli and angles in radians.
polygamma: The n-th derivative of the digamma function.
positive: The tensor itself.
pow: Raises to the power `exponent`.
prelu: x where positive, else weight · x.
prod: The product of all elements, or of those along `dim`.
promote_types: The smallest dtype to which both can be promoted.
put: Writes `source` at positions in the flattened tensor.
qr: The QR decomposition of matrices; see `linalg.qr`.
quantile: The q-quantiles of all elements, or of those along `dim`.
rad2deg: Radians to degrees.
rand: Numbers evenly distributed over [0, 1).
rand_like: Numbers evenly distributed over [0, 1), in the shape of another tensor.
randint: Integers evenly distributed over [low, high).
randint_like: Integers evenly distributed over [low, high), in the shape of another tensor.
randn: Numbers of the standard normal distribution.
randn_like: Numbers of the standard normal distribution, in the shape of another tensor.
random: Fills with integers evenly distributed over [from, to).
randperm: The integers from 0 to n - 1 in random order.
range: The numbers from `start` to `end`, both included. Prefer `arange`.
ravel: All elements as a vector.
real: The real parts, a view; a real tensor itself.
imag: The imaginary parts of complex numbers, a view.
reciprocal: One divided by each element.
relu: Each element, or 0 where it is negative.
remainder: The remainder of the division, with the sign of the divisor.
renorm: Slices along `dim` scaled down to a p-norm of at most `maxnorm`.
repeat: The tensor repeated this many times along each dimension, as a copy.
repeat_interleave: Each element repeated `repeats` times in place.
reshape: The same elements in another shape (-1 is worked out); a view where possible.
reshape_as: The same elements in the shape of another tensor.
resize: Changes the shape, and the memory if need be; new elements hold whatever is there.
result_type: The dtype of an operation on both.
roll: Moves elements by `shifts` along `dims`; what leaves at one end enters at the other.
rot90: Turns by 90 degrees, k times, in the plane of `dims`.
round: The nearest integer (of two, the even one), or so many decimals.
rsqrt: One divided by the square root of each element.
scalar_tensor: A tensor without dimensions.
scaled_dot_product_attention: softmax(q × kᵀ · scale + mask) × v, fused where the device can.
scatter: Writes `src` to the positions that `index` gives along `dim`.
scatter_add: Adds `src` at the positions that `index` gives along `dim`.
scatter_reduce: Combines `src` with what is at the positions that `index` gives along `dim`.
searchsorted: The positions in a sorted sequence at which values would be inserted.
select: One slice along `dim`, without that dimension; a view.
select_scatter: A copy with one slice along `dim` replaced.
selu: scale · (max(0, x) + min(0, α·(exp(x) - 1))), which keeps mean and variance.
sgn: The sign; of complex numbers the unit vector of their direction.
sigmoid: 1 / (1 + exp(-x)).
sign: -1, 0 or 1, by the sign of each element.
signbit: Whether elements have the sign bit set (-0 has).
silu: x · sigmoid(x).
sin: The sine of each angle in radians.
sinc: sin(πx) / (πx), 1 at 0.
sinh: The hyperbolic sine of each element.
slice_scatter: A copy with a range along `dim` replaced.
slogdet: The sign and the logarithm of the determinant's absolute value.
softmax: Exponentials that sum to 1 along `dim`.
softplus: log(1 + exp(beta·x)) / beta.
sort: The elements in order along `dim`, and their positions before.
sparse_coo_tensor: A sparse tensor from coordinates [dimensions, count] and values.
split: Parts of a size, or of the given sizes, along `dim`; views.
split_with_sizes: Parts of the given sizes along `dim`; views.
sqrt: The square root of each element.
square: Each element times itself.
squeeze: Without dimensions of size 1, all or the given ones; a view.
stack: Joins tensors of one shape along a new dimension.
std: The standard deviation of all elements, or of those along `dim`.
std_mean: The standard deviation and the mean.
stft: The short-time Fourier transform of a signal.
sub: Subtracts `other`, multiplied by `alpha`.
sum: The sum of all elements, or of those along `dim`.
sum_to_size: Sums over dimensions until the tensor has the given size.
svd: The singular value decomposition; see `linalg.svd`.
swapaxes: Two dimensions exchanged; a view.
swapdims: Two dimensions exchanged; a view.
t: A matrix transposed; a view.
take: The elements at positions in the flattened tensor.
take_along_dim: The elements at the positions that `indices` gives along `dim`.
tan: The tangent of each angle in radians.
tanh: The hyperbolic tangent of each element.
tensor_split: Splits into so many parts, or at the given positions, along `dim`; views.
threshold: x where it is above `threshold`, else `value`.
tile: The tensor repeated `dims` times, as a copy.
to_dense: The tensor with all its zeros.
to_sparse: Coordinates and values of the elements that are not zero.
topk: The k largest (or smallest) elements along `dim`, and their positions.
trace: The sum of the diagonal of a matrix.
transpose: Two dimensions exchanged; a view.
trapezoid: The integral along `dim` by the trapezoidal rule.
triangular_solve: Solves triangular systems; see `linalg.solve_triangular`.
tril: Matrices with zeros above the diagonal.
tril_indices: The positions of the lower triangle of a matrix: [2, count].
triu: Matrices with zeros below the diagonal.
triu_indices: The positions of the upper triangle of a matrix: [2, count].
trunc: Each element without what is behind the point.
type_as: This tensor in the dtype and on the device of another.
unbind: The slices along `dim`, without that dimension; views.
unflatten: One dimension as several; a view.
unfold: Windows of `size` along `dimension`, `step` apart, as a new last dimension; a view.
uniform: Fills with numbers evenly distributed over [from, to).
unsqueeze: With a new dimension of size 1; a view.
values: The values of a sparse tensor.
indices: The coordinates of a sparse tensor.
vander: A Vandermonde matrix: powers of a vector's elements.
var: The variance of all elements, or of those along `dim`.
var_mean: The variance and the mean.
vdot: The dot product of two vectors, the first conjugated.
view: The same memory in another shape (-1 is worked out), or as another dtype.
view_as: The same memory in the shape of another tensor.
view_as_complex: Pairs in the last dimension as complex numbers; a view.
view_as_real: Complex numbers as pairs in a new last dimension; a view.
vsplit: Splits along the first dimension; views.
vstack: Joins tensors along the first dimension, vectors as rows.
where: `input` where the condition is true, else `other`; alone, the positions where it is.
xlogy: input · log(other), 0 where input is 0.
zero: Sets every element to 0.
zeros: A tensor full of zeros.
zeros_like: A tensor shaped as another, full of zeros.
linalg.cholesky: The lower-triangular factor L of positive-definite matrices: A = L·Lᴴ.
linalg.cond: The condition number of matrices.
linalg.cross: The cross product of vectors of three elements along `dim`.
linalg.det: The determinant of square matrices.
linalg.diagonal: The diagonals of matrices; a view.
linalg.eig: Eigenvalues and eigenvectors of square matrices, complex.
linalg.eigh: Eigenvalues, ascending, and eigenvectors of symmetric (Hermitian) matrices.
linalg.eigvals: The eigenvalues of square matrices, complex.
linalg.eigvalsh: The eigenvalues of symmetric (Hermitian) matrices, ascending.
linalg.householder_product: The first columns of a product of Householder reflections.
linalg.inv: The inverse of square matrices.
linalg.ldl_factor: The LDL factorization of symmetric (Hermitian) matrices, packed.
linalg.lstsq: The solution of least squares of linear systems, with residuals, rank and singular values.
linalg.lu: P, L and U with A = P·L·U.
linalg.lu_factor: The LU factorization, packed, with its pivots.
linalg.matmul: The matrix product.
linalg.matrix_exp: The exponential of square matrices.
linalg.matrix_norm: The norm of matrices.
linalg.matrix_power: Square matrices raised to an integer power.
linalg.matrix_rank: The number of singular values above a tolerance.
linalg.multi_dot: The product of several matrices in the order that costs least.
linalg.norm: The norm of vectors or matrices.
linalg.pinv: The pseudoinverse of matrices.
linalg.qr: Q and R with A = Q·R.
linalg.slogdet: The sign and the logarithm of the determinant's absolute value.
linalg.solve: The solution X of A·X = B.
linalg.solve_triangular: The solution of triangular systems.
linalg.svd: U, S and Vh with A = U·diag(S)·Vh.
linalg.svdvals: The singular values of matrices, descending.
linalg.tensorinv: The inverse of a tensor as a map between its dimensions.
linalg.tensorsolve: The solution X of tensordot(A, X) = B.
linalg.vander: A Vandermonde matrix.
linalg.vecdot: Dot products of vectors along `dim`, the first conjugated.
linalg.vector_norm: The norm of all elements, or of vectors along `dim`.
fft.fft: The Fourier transform along `dim`.
fft.fft2: The Fourier transform over the last two dimensions.
fft.fftfreq: The frequencies of the transform's results, in cycles per unit of `d`.
fft.fftn: The Fourier transform over several dimensions.
fft.fftshift: Moves frequency 0 to the middle.
fft.hfft: The transform of a Hermitian half, which is real.
fft.ifft: The inverse Fourier transform along `dim`.
fft.ifft2: The inverse Fourier transform over the last two dimensions.
fft.ifftn: The inverse Fourier transform over several dimensions.
fft.ifftshift: Undoes `fftshift`.
fft.ihfft: The inverse of `hfft`.
fft.irfft: The real signal of a half transform along `dim`.
fft.irfft2: The real signal of a half transform over the last two dimensions.
fft.irfftn: The real signal of a half transform over several dimensions.
fft.rfft: The half of a real signal's Fourier transform along `dim` that determines the rest.
fft.rfft2: The half transform of a real signal over the last two dimensions.
fft.rfftfreq: The frequencies of `rfft`'s results.
fft.rfftn: The half transform of a real signal over several dimensions.
special.airy_ai: Airy's function Ai.
special.bessel_j0: The Bessel function of the first kind, order 0.
special.bessel_j1: The Bessel function of the first kind, order 1.
special.digamma: The logarithmic derivative of the gamma function.
special.entr: -x · log(x), 0 at 0.
special.erf: The error function.
special.erfc: One minus the error function.
special.erfcx: exp(x²) · erfc(x).
special.erfinv: The inverse of the error function.
special.exp2: 2 raised to each element.
special.expit: 1 / (1 + exp(-x)).
special.expm1: e raised to each element, minus one, exact near zero.
special.gammainc: The regularized lower incomplete gamma function.
special.gammaincc: The regularized upper incomplete gamma function.
special.gammaln: The logarithm of the absolute value of the gamma function.
special.i0: The modified Bessel function of the first kind, order 0.
special.i0e: `i0` scaled by exp(-|x|).
special.i1: The modified Bessel function of the first kind, order 1.
special.i1e: `i1` scaled by exp(-|x|).
special.log_ndtr: The logarithm of the normal distribution's function.
special.log_softmax: The logarithms of the softmax along `dim`.
special.logit: log(x / (1 - x)).
special.logsumexp: log of the sum of exponentials along `dim`.
special.ndtr: The area under the normal density up to each element.
special.ndtri: The inverse of `ndtr`.
special.polygamma: The n-th derivative of the digamma function.
special.sinc: sin(πx) / (πx), 1 at 0.
special.softmax: Exponentials that sum to 1 along `dim`.
special.xlog1py: input · log(1 + other), 0 where input is 0.
special.xlogy: input · log(other), 0 where input is 0.
special.zeta: Hurwitz's zeta function.
"""

# Names that are other names' equals.
ALIASES = """
absolute:abs arccos:acos arccosh:acosh arcsin:asin arcsinh:asinh arctan:atan arctan2:atan2
arctanh:atanh concatenate:concat divide:div fix:trunc multiply:mul negative:neg not_equal:ne
subtract:sub true_divide:div row_stack:vstack special.multigammaln:mvlgamma
special.psi:special.digamma special.round:round special.log1p:log1p linalg.inv_ex:linalg.inv
linalg.cholesky_ex:linalg.cholesky linalg.solve_ex:linalg.solve conj_physical:conj
linalg.lu_factor_ex:linalg.lu_factor linalg.ldl_factor_ex:linalg.ldl_factor
"""

PURPOSES = dict(line.split(": ", 1) for line in TEXT.strip().splitlines())
ALIAS_OF = dict(pair.split(":") for pair in ALIASES.split())


def purpose(qualified: str) -> str | None:
    """What `torch.Tensor.add_` or `torch.linalg.det` is for; None for names without a line here."""
    name = qualified.removeprefix("torch.").removeprefix("Tensor.").removeprefix("nn.functional.")
    name = name.rstrip("_")
    said = PURPOSES.get(ALIAS_OF.get(name, name))
    original = name.removesuffix("_copy")
    if said is None and original != name and original in PURPOSES:
        return f"As `{names.camel(original)}`, but a copy."
    return said
