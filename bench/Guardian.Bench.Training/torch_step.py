"""Times training steps of the same network in PyTorch: arguments are batch, steps, threads; prints the median in milliseconds."""
import sys
import time

import torch
import torch.nn.functional as functional
from torch import nn

BATCH, STEPS, THREADS = (int(a) for a in sys.argv[1:4])
WARM_UP = 5
SIZE, LATENT, CHANNELS = 224, 128, [3, 16, 32, 64, 64]
LAYERS = len(CHANNELS) - 1
BOTTOM = SIZE >> LAYERS
FLAT = CHANNELS[-1] * BOTTOM * BOTTOM

torch.set_num_threads(THREADS)
torch.set_flush_denormal(True)
torch.manual_seed(1)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleList(nn.Conv2d(CHANNELS[i], CHANNELS[i + 1], 3, 2, 1) for i in range(LAYERS))
        self.squeeze = nn.Linear(FLAT, LATENT)
        self.expand = nn.Linear(LATENT, FLAT)
        self.decoder = nn.ModuleList(
            nn.ConvTranspose2d(CHANNELS[LAYERS - i], CHANNELS[LAYERS - i - 1], 3, 2, 1, 1) for i in range(LAYERS))
        self.mean = torch.full((1, CHANNELS[0], SIZE, SIZE), 0.5)

    def forward(self, images):
        x = (images - self.mean) * 4
        for layer in self.encoder:
            x = functional.relu(layer(x))
        x = functional.relu(self.expand(self.squeeze(x.flatten(1))))
        x = x.view(-1, CHANNELS[-1], BOTTOM, BOTTOM)
        for layer in self.decoder[:-1]:
            x = functional.relu(layer(x))
        return torch.sigmoid(self.decoder[-1](x) + torch.logit(self.mean))


model = Autoencoder()
adam = torch.optim.Adam(model.parameters(), lr=0.002)
images = torch.rand(BATCH, CHANNELS[0], SIZE, SIZE)
times = []
for step in range(WARM_UP + STEPS):
    started = time.perf_counter()
    adam.zero_grad(set_to_none=True)
    loss = functional.mse_loss(model(images), images)
    loss.backward()
    adam.step()
    loss.item()
    if step >= WARM_UP:
        times.append((time.perf_counter() - started) * 1000)
times.sort()
print(f"{torch.__version__} {times[len(times) // 2]:.1f}")
