package org.treegrpo.job.pretrain;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.optim.AdamW;
import org.treegrpo.core.optim.AdamWSettings;

/**
 * Everything that the next step depends on, besides the settings.
 *
 * @param step steps done
 * @param seconds spent on them, over all runs
 * @param weights of the network, flat
 * @param average moving average of the weights
 */
record PretrainState(int step, double seconds, float[] weights, float[] average, AdamW optimizer) {

  private static final String FILE = "pretrain.safetensors";
  private static final String STEP = "step";
  private static final String SECONDS = "seconds";
  private static final String SETTINGS = "settings";
  private static final List<String> TENSORS =
      List.of("weights", "average", "first_moment", "second_moment");

  /** Before the first step. */
  static PretrainState initial(float[] weights, AdamWSettings settings) {
    AdamW optimizer = new AdamW(settings, weights.length);
    return new PretrainState(0, 0, weights, weights.clone(), optimizer);
  }

  /**
   * The state saved in a directory, if there is one.
   *
   * @param fingerprint of the settings of this run; a state of other settings is refused
   */
  static Optional<PretrainState> load(
      Path directory, int size, AdamWSettings settings, String fingerprint) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      Map<String, String> metadata = reader.metadata();
      if (!fingerprint.equals(metadata.get(SETTINGS))) {
        throw new SafetensorsException(
            file.toString(),
            "a run goes on with the settings it began with, %s; delete the file to begin anew"
                .formatted(fingerprint),
            metadata.get(SETTINGS));
      }
      float[][] values = new float[TENSORS.size()][];
      for (int i = 0; i < values.length; i++) {
        values[i] = reader.readFloat32(TENSORS.get(i));
        if (values[i].length != size) {
          throw new SafetensorsException(
              file.toString(),
              "tensor '%s' must have %d elements".formatted(TENSORS.get(i), size),
              values[i].length);
        }
      }
      int step = Integer.parseInt(metadata.get(STEP));
      AdamW optimizer = AdamW.restore(settings, values[2], values[3], step);
      double seconds = Double.parseDouble(metadata.get(SECONDS));
      return Optional.of(new PretrainState(step, seconds, values[0], values[1], optimizer));
    }
  }

  /** Replaces the state saved in a directory, atomically. */
  void save(Path directory, String fingerprint) throws IOException {
    Files.createDirectories(directory);
    Path temporary = directory.resolve(FILE + ".tmp");
    long[] shape = {weights.length};
    List<SafetensorsWriter.Declaration> declarations =
        TENSORS.stream()
            .map(name -> new SafetensorsWriter.Declaration(name, DType.F32, shape))
            .toList();
    Map<String, String> metadata =
        Map.of(
            STEP, Integer.toString(step),
            SECONDS, Double.toString(seconds),
            SETTINGS, fingerprint);
    float[][] values = {weights, average, optimizer.firstMoment(), optimizer.secondMoment()};
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
      SafetensorsWriter writer = new SafetensorsWriter(out, declarations, metadata);
      for (int i = 0; i < values.length; i++) {
        writer.write(TENSORS.get(i), values[i], 0, values[i].length);
      }
      writer.finish();
    }
    Files.move(
        temporary,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
