package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.core.policy.NetworkMemory.ByRows;

/** The keys {@code segments} and {@code memory} of {@code policy.json}. */
class MemoryJsonTest {

  private static final String POLICY =
      """
      {"type": "torchscript", "file": "network.pt", "latentShape": [4, 8, 8],
       "prediction": "flow-velocity", "conditioning": [], "decoder": null,
       "segments": 26,
       "memory": {"predict": {"fixed": 1, "row": 2}, "train": {"fixed": 3, "row": 5000000000},
                  "trainBlocks": {"fixed": 4, "row": 5}}}
      """;

  private static PolicySpec parse(String text) throws PolicyDirectoryException {
    return PolicyFilesJson.parse("policy.json", text);
  }

  @Test
  void bothAreReadAndWritten() throws PolicyDirectoryException {
    PolicySpec spec = parse(POLICY);
    assertThat(spec.segments()).isEqualTo(26);
    NetworkMemory memory = spec.memory().orElseThrow();
    assertThat(memory.train(Checkpointing.OFF)).contains(new ByRows(3, 5_000_000_000L));
    assertThat(memory.train(Checkpointing.BLOCKS)).contains(new ByRows(4, 5));
    assertThat(memory.decode()).isEqualTo(Optional.empty());
    assertThat(memory.predict().of(10)).isEqualTo(21);
    assertThat(parse(PolicyFilesJson.render(spec))).as("written and read").isEqualTo(spec);
  }

  @Test
  void aBuiltInNetworkIsCutAroundItsBlocks() {
    assertThat(BuiltInPolicyTest.spec().segments()).as("two blocks").isEqualTo(4);
  }

  @ParameterizedTest(name = "{1} -> {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "26 | 1 | segments | must be an integer from 2 to",
        "26 | true | segments | must be an integer from 2 to",
        "\"row\": 2 | \"row\": -2 | memory.predict.row | must be a number of bytes",
        "\"row\": 2 | \"row\": 2.5 | memory.predict.row | must be a number of bytes",
        "\"row\": 2 | \"rows\": 2 | memory.predict.rows | the nearest is 'row'",
        "trainBlocks | trainblock | memory.trainblock | the nearest is 'trainBlocks'",
        "\"predict\": {\"fixed\": 1, \"row\": 2}, | `` | memory.predict | must be given",
      })
  void refusesWhatIsNoMemory(String valid, String invalid, String key, String rule) {
    assertThat(POLICY).as("the text to break").contains(valid);
    assertThatThrownBy(() -> parse(POLICY.replace(valid, invalid)))
        .isInstanceOfSatisfying(
            PolicyDirectoryException.class, e -> assertThat(e.key()).as("key").isEqualTo(key))
        .hasMessageContaining(rule);
  }
}
