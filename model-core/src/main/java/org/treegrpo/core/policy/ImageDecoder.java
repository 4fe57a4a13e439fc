package org.treegrpo.core.policy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * From latents to images in [0, 1]. Without a decoder in the policy directory the latent is the
 * image in [-1, 1]. Belongs to one thread at a time; owns native memory.
 */
public final class ImageDecoder implements AutoCloseable {

  private final PolicySpec spec;
  private final int maxBatch;
  private final Optional<Network> network;

  /**
   * @param network none where the latent is the image
   */
  private ImageDecoder(PolicySpec spec, int maxBatch, Optional<Network> network) {
    this.spec = spec;
    this.maxBatch = maxBatch;
    this.network = network;
  }

  /** The decoder's module and what owns it. */
  private record Network(PolicySpec.DecoderSpec spec, NDManager manager, PtSymbolBlock block) {}

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
      return new ImageDecoder(spec, maxBatch, Optional.empty());
    }
    PolicySpec.DecoderSpec decoder = spec.decoder().get();
    NDManager manager = TorchRuntime.newManager(device);
    try {
      PtSymbolBlock block = NetworkFile.loadFixed(manager, directory.resolve(decoder.file()));
      return new ImageDecoder(spec, maxBatch, Optional.of(new Network(decoder, manager, block)));
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Bytes of a decoder's parameters and buffers, by its header.
   *
   * @param directory of the policy
   * @throws NetworkException if its archive is none
   */
  public static long weightBytes(PolicySpec spec, Path directory) {
    return spec.decoder().stream()
        .map(decoder -> NetworkFile.header(directory.resolve(decoder.file())))
        .mapToLong(ArchiveHeader::weightBytes)
        .sum();
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
   * @param rows at least 1
   * @param latents {@code [rows * D]}
   */
  public Images decode(int rows, float[] latents) {
    LatentShape shape = spec.latentShape();
    if (network.isEmpty()) {
      float[] pixels = new float[latents.length];
      toUnit(latents, pixels);
      return new Images(rows, shape.height(), shape.width(), pixels);
    }
    List<Images> parts = new ArrayList<>();
    int elements = shape.elements();
    for (int from = 0; from < rows; from += maxBatch) {
      int count = Math.min(maxBatch, rows - from);
      float[] chunk = Arrays.copyOfRange(latents, from * elements, (from + count) * elements);
      parts.add(decodeChunk(network.get(), count, chunk));
    }
    return joined(rows, parts);
  }

  @Override
  public void close() {
    network.ifPresent(it -> it.manager().close());
  }

  private static Images joined(int rows, List<Images> parts) {
    Images first = parts.get(0);
    float[] pixels = new float[elements(rows, first.height(), first.width())];
    int end = 0;
    for (Images part : parts) {
      System.arraycopy(part.pixels(), 0, pixels, end, part.pixels().length);
      end += part.pixels().length;
    }
    return new Images(rows, first.height(), first.width(), pixels);
  }

  private Images decodeChunk(Network decode, int rows, float[] latents) {
    PolicySpec.DecoderSpec decoder = decode.spec();
    LatentShape shape = spec.latentShape();
    float[] scaled = new float[latents.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (latents[i] / decoder.scale() + decoder.shift());
    }
    TorchRuntime.configureThread();
    try (NDManager scope = decode.manager().newSubManager()) {
      Shape input = new Shape(rows, shape.channels(), shape.height(), shape.width());
      NDList inputs = new NDList(TorchRuntime.upload(scope, scaled, 0, input));
      String file = decoder.file();
      NDArray output =
          NetworkFile.forward(
              file,
              decode.block(),
              inputs,
              refusal -> DeviceMemoryException.decoding(file, rows, refusal));
      long[] dimensions = output.getShape().getShape();
      if (dimensions.length != 4 || dimensions[0] != rows || dimensions[1] != 3) {
        throw new NetworkException(
            decoder.file(),
            "forward of the decoder must return (%d, 3, H, W) for %d latents; found %s"
                .formatted(rows, rows, output.getShape()));
      }
      int height = Math.toIntExact(dimensions[2]);
      int width = Math.toIntExact(dimensions[3]);
      float[] pixels = new float[elements(rows, height, width)];
      TorchRuntime.download(output, pixels, 0);
      toUnit(pixels, pixels);
      return new Images(rows, height, width, pixels);
    }
  }

  /**
   * Elements of images, which are one array.
   *
   * @throws NetworkException if they are more than an array has
   */
  static int elements(int rows, int height, int width) {
    long image = 3L * height * width;
    long most = image > Integer.MAX_VALUE ? 0 : Integer.MAX_VALUE / Math.max(1, image);
    if (rows > most) {
      throw new NetworkException(
          "images",
          "%d of %d x %d pixels are decoded together, and at most %d can be; set treegrpo.tree.shares so that a share has fewer leaves, and a lower treegrpo.update.micro-batch for evaluations"
              .formatted(rows, height, width, most));
    }
    return (int) (rows * image);
  }

  private static void toUnit(float[] signed, float[] unit) {
    for (int i = 0; i < signed.length; i++) {
      // An infinite pixel is damage and must not pass for white.
      unit[i] =
          Float.isFinite(signed[i]) ? Math.min(1f, Math.max(0f, (signed[i] + 1f) / 2f)) : Float.NaN;
    }
  }
}
