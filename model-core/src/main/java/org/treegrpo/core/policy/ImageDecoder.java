package org.treegrpo.core.policy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * From latents to images in [0, 1]. Without a decoder in the policy directory the latent is the
 * image in [-1, 1]. Belongs to one thread at a time; owns native memory.
 */
public final class ImageDecoder implements AutoCloseable {

  private final PolicySpec spec;
  private final int maxBatch;
  private final NDManager manager;
  private final PtSymbolBlock block;

  /** {@code manager} and {@code block} are null where the latent is the image. */
  private ImageDecoder(PolicySpec spec, int maxBatch, NDManager manager, PtSymbolBlock block) {
    this.spec = spec;
    this.maxBatch = maxBatch;
    this.manager = manager;
    this.block = block;
  }

  /**
   * @param directory of the policy
   * @param maxBatch most latents decoded at once
   */
  public static ImageDecoder open(PolicySpec spec, Path directory, Device device, int maxBatch) {
    if (spec.decoder().isEmpty()) {
      if (spec.latentShape().channels() != 3) {
        throw new IllegalArgumentException(
            "policy.json: decoder: a latent of %d channels is not an image; name a decoder"
                .formatted(spec.latentShape().channels()));
      }
      return new ImageDecoder(spec, maxBatch, null, null);
    }
    NDManager manager = TorchRuntime.newManager(device);
    Path archive = directory.resolve(spec.decoder().get().file());
    return new ImageDecoder(spec, maxBatch, manager, TorchRuntime.loadModule(manager, archive));
  }

  /**
   * Images of a batch.
   *
   * @param pixels {@code [rows, 3, H, W]} in [0, 1]
   */
  public record Images(int rows, int height, int width, float[] pixels) {
    public Images {
      Objects.requireNonNull(pixels, "pixels");
    }
  }

  /**
   * @param latents {@code [rows * D]}
   */
  public Images decode(int rows, float[] latents) {
    LatentShape shape = spec.latentShape();
    if (block == null) {
      float[] pixels = new float[latents.length];
      toUnit(latents, pixels);
      return new Images(rows, shape.height(), shape.width(), pixels);
    }
    Images images = null;
    int elements = shape.elements();
    for (int from = 0; from < rows; from += maxBatch) {
      int count = Math.min(maxBatch, rows - from);
      float[] chunk = Arrays.copyOfRange(latents, from * elements, (from + count) * elements);
      Images part = decodeChunk(count, chunk);
      if (images == null) {
        images =
            new Images(
                rows, part.height(), part.width(), new float[part.pixels().length / count * rows]);
      }
      int imageElements = part.pixels().length / count;
      System.arraycopy(
          part.pixels(), 0, images.pixels(), from * imageElements, part.pixels().length);
    }
    return images;
  }

  @Override
  public void close() {
    if (manager != null) {
      manager.close();
    }
  }

  private Images decodeChunk(int rows, float[] latents) {
    PolicySpec.DecoderSpec decoder = spec.decoder().orElseThrow();
    LatentShape shape = spec.latentShape();
    float[] scaled = new float[latents.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (latents[i] / decoder.scale() + decoder.shift());
    }
    TorchRuntime.configureThread();
    try (NDManager scope = manager.newSubManager()) {
      Shape input = new Shape(rows, shape.channels(), shape.height(), shape.width());
      NDArray output =
          TorchRuntime.forward(block, new NDList(TorchRuntime.upload(scope, scaled, 0, input)))
              .singletonOrThrow();
      long[] dimensions = output.getShape().getShape();
      if (dimensions.length != 4 || dimensions[0] != rows || dimensions[1] != 3) {
        throw new IllegalStateException(
            "%s: forward returned %s, expected (%d, 3, H, W)"
                .formatted(decoder.file(), output.getShape(), rows));
      }
      float[] pixels = new float[Math.toIntExact(output.size())];
      TorchRuntime.download(output, pixels, 0);
      toUnit(pixels, pixels);
      return new Images(rows, (int) dimensions[2], (int) dimensions[3], pixels);
    }
  }

  private static void toUnit(float[] signed, float[] unit) {
    for (int i = 0; i < signed.length; i++) {
      unit[i] = Math.min(1f, Math.max(0f, (signed[i] + 1f) / 2f));
    }
  }
}
