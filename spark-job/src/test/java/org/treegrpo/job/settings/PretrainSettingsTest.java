package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;

class PretrainSettingsTest {
  private static final Path CONF = Path.of("..", "conf", "pretrain.conf");
  private static final SettingsLoader LOADER = new SettingsLoader(reward -> List.of());

  @Test
  void theShippedConfigurationIsTheRecipeOfTheShippedPolicy() {
    TrainSettings settings = LOADER.load(CONF, List.of(), Use.PRETRAIN);
    assertThat(settings.seed()).as("seed").isEqualTo(1);
    assertThat(settings.pretrain())
        .as("pretrain")
        .isEqualTo(
            new PretrainSettings(
                3,
                new PretrainSettings.Network(4, 128, 4, 4),
                new PretrainSettings.Optimisation(
                    443, 48, 2, 1.5e-3, 100, 0.01, 1, 0.98, 0.1, 0.5, 2),
                new PretrainSettings.Objective(
                    Prediction.FLOW_VELOCITY,
                    LossWeighting.UNIFORM,
                    NoiseSchedule.STABLE_DIFFUSION),
                0,
                60,
                50,
                0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          letters                | 0   | must be a whole number from 1 to 64
          network.patch          | 3   | must divide a cell of 16 x 24 pixels evenly
          network.patch          | 16  | must divide a cell of 16 x 24 pixels evenly
          network.width          | 0   | must be a whole number from 1 to 8192
          network.layers         | 0   | must be a whole number from 1 to 256
          network.heads          | 3   | must divide the width 128 evenly
          steps                  | 0   | must be a whole number from 1 to 10000000
          batch                  | 0   | must be a whole number from 1 to 65536
          shards                 | 5   | must divide the batch of 48 evenly
          learning-rate          | 0   | must be a number > 0
          warm-up-steps          | -1  | must be a whole number from 0 to 10000000
          weight-decay           | -1  | must be a number >= 0
          max-gradient-norm      | 0   | must be a number > 0
          ema-decay              | 1   | must be a number >= 0 and < 1
          drop-rate              | 1.1 | must be a number >= 0 and <= 1
          word-share             | -1  | must be a number >= 0 and <= 1
          sigma-shift            | 0   | must be a number > 0
          threads                | -1  | must be a whole number from 0 to 1024
          max-minutes            | 0   | must be a whole number from 1 to 100000
          checkpoint-every       | 0   | must be a whole number from 1 to 10000000
          evaluate-every         | -1  | must be a whole number from 0 to 10000000
          """)
  void aValueOutsideItsRuleIsReported(String key, String value, String rule) {
    assertThat(problems("treegrpo.pretrain." + key + "=" + value))
        .as("pretrain.%s = %s", key, value)
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.pretrain." + key);
              assertThat(problem.value()).contains(value);
              assertThat(problem.rule()).isEqualTo(rule);
            });
  }

  @Test
  void needsWordsAndALocalPlaceToWrite() {
    assertThat(problems("treegrpo.prompts.train=\"\"", "treegrpo.run-dir=\"hdfs://a/b\""))
        .as("no words, a directory that is not local")
        .extracting(Problem::key)
        .containsExactlyInAnyOrder("treegrpo.prompts.train", "treegrpo.run-dir");
  }

  private static List<Problem> problems(String... overrides) {
    SettingsException refused =
        catchThrowableOfType(
            SettingsException.class, () -> LOADER.load(CONF, List.of(overrides), Use.PRETRAIN));
    return refused == null ? List.of() : refused.problems();
  }
}
