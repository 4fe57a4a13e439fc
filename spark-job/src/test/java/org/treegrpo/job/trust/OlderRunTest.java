package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.train.TinyRun;

/**
 * A run directory as the first version left it: its checkpoint knows of the settings only a hash,
 * and of the inputs only the training prompts and the base weights.
 */
class OlderRunTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void train() throws IOException {
    inputs = new Inputs(directory);
    inputs.train("rounds=2", "update.kl=0").assertDone();
    Path config = inputs.file("run/config.resolved.conf");
    String older =
        Files.readString(config)
            .replaceAll(
                "(?m)^ +(kl=0.0|surrogate=ppo|learner=edges|divergence=.*|velocity-kl=.*|norm-guard=.*|steps-per-round=1|estimator=group|buffer=16|group=prompt|sibling-noise=.*|sibling-spread=.*|splits=.*|tail=same|checkpointing=off|reference=start|decode-batch=0|guidance-scale=.*|tail-ratio=.*|base-after=0|weights=\"\"|vault=0|from=held-out|draw=\"\"|step-weight=none|gradients=float32|backup-beta=.*|depth-z-score=false)\n",
                "")
            .replaceAll(
                "(?ms)^ {8}(leaves|late-anchor|trained-steps|pruning|old-policy) \\{.*?^ {8}}\n",
                "")
            .replaceAll("(?ms)^ {4}(budget|cluster|compare|gate|nightly) \\{.*?^ {4}}\n", "");
    Files.writeString(config, older);
    ageCheckpoint(
        sha256(
            older
                .replaceAll("(?ms)^ {4}pretrain \\{.*?^ {4}}\n", "")
                .replaceAll("(?m)^ {4}(run-dir|rounds)=.*\n", "")
                .getBytes(StandardCharsets.UTF_8)));
  }

  private void ageCheckpoint(String configHash) throws IOException {
    Path state = inputs.file("run/checkpoints/round-000002/state.json");
    ObjectNode content = (ObjectNode) JSON.readTree(state.toFile());
    ((ObjectNode) content.get("extra")).retain(Set.of("inputs", "metrics"));
    content.put("config_hash", configHash);
    byte[] bytes = content.toPrettyString().getBytes(StandardCharsets.UTF_8);
    Files.write(state, bytes);
    Path manifest = state.resolveSibling("MANIFEST.json");
    ObjectNode files = (ObjectNode) JSON.readTree(manifest.toFile());
    ((ObjectNode) files.at("/files/state.json"))
        .put("size", bytes.length)
        .put("sha256", sha256(bytes));
    Files.writeString(manifest, files.toPrettyString());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void itIsResumedToTheSameWeights(@TempDir Path other) throws IOException {
    TinyRun undisturbed = new TinyRun(other);
    undisturbed.train("local[1]", "run");
    inputs.resume("audit.every=0").assertDone();
    List<String> digests = new TinyRun(directory).digests("run");
    assertThat(digests).as("weights of every round").isEqualTo(undisturbed.digests("run"));
  }

  @Test
  void itIsNotResumedWithOtherSettings() throws IOException {
    inputs.resume("seed=8").assertRefused("was made with other settings; treegrpo.seed differ");
    inputs.resume("update.kl=0.1").assertRefused("other settings; treegrpo.update.kl differ");
  }

  @Test
  void whatItKeptOfItsInputsIsCompared() throws IOException {
    inputs.edit("train.jsonl", "word-cab", "word-xyz");
    inputs.resume().assertRefused("was made with other inputs", "treegrpo.prompts.train or");
  }

  @Test
  void itsConfigurationMustBeTheOneItWasMadeWith() throws IOException {
    inputs.edit("run/config.resolved.conf", "seed=7", "seed=8");
    inputs
        .resume("seed=8")
        .assertRefused("run/config.resolved.conf: must be the configuration", "was edited");
  }
}
