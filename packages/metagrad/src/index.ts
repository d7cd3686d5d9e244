// Tensors and their functions.
export * from '@metagrad/tensor'
// Gradients: loading it gives tensors `backward()`.
export * from '@metagrad/autograd'
// Layers, losses, initialisation, safetensors.
export * from '@metagrad/nn'
// Optimizers and learning rate schedules.
export * from '@metagrad/optim'
// Tables, encoders, datasets, loaders.
export * from '@metagrad/data'
// compile(step).
export * from '@metagrad/compile'
