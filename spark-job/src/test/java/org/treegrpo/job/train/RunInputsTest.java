package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.SafetensorsException;
import org.treegrpo.job.settings.TrainSettings;

class RunInputsTest {

  @Test
  void aPolicysFilesMayLieInDirectoriesOfTheirOwn(@TempDir Path directory) throws IOException {
    TinyRun run = new TinyRun(directory);
    run.train("local[1]", "flat", "treegrpo.rounds=1");
    Path policy = directory.resolve("policy");
    Files.createDirectory(policy.resolve("weights"));
    Files.move(policy.resolve("policy.safetensors"), policy.resolve("weights/of the base"));
    Path description = policy.resolve("policy.json");
    String text = Files.readString(description);
    Files.writeString(description, text.replace("policy.safetensors", "weights/of the base"));
    run.train("local[1]", "nested", "treegrpo.rounds=1");
    assertThat(run.digests("nested")).as("the same policy").isEqualTo(run.digests("flat"));
  }

  @Test
  void refusedInputsAreNotLeftBehindAsACopy(@TempDir Path directory) throws IOException {
    TrainSettings settings = new TinyRun(directory).settings("run");
    Files.write(directory.resolve("policy/policy.safetensors"), new byte[7]);
    InvalidInputException refusal =
        catchThrowableOfType(
            InvalidInputException.class, () -> RunInputs.load(settings, new Configuration()));
    assertThat(refusal.getCause())
        .isInstanceOfSatisfying(
            SafetensorsException.class,
            cause -> assertThat(Path.of(cause.file()).getParent()).as("copy").doesNotExist());
  }
}
