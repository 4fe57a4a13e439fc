package org.treegrpo.job.train;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.treegrpo.core.base.Sha256;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.job.checkpoint.WeightsDigest;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.round.Recipe;

/** SHA-256 of everything that a run reads, by the key that names it. */
final class InputDigests {

  /** Before the name of a file of the policy directory. */
  static final String POLICY = "policy.path/";

  private final SortedMap<String, String> digests = new TreeMap<>();

  private InputDigests() {}

  /**
   * Reads all of it.
   *
   * @param policy a local copy of the policy directory
   * @param trainPrompts the file's bytes
   * @param evaluationPrompts the file's bytes
   * @throws IOException naming what cannot be read
   */
  static SortedMap<String, String> of(
      Recipe recipe,
      Path policy,
      byte[] trainPrompts,
      byte[] evaluationPrompts,
      List<RewardFile> rewardFiles)
      throws IOException {
    InputDigests inputs = new InputDigests();
    inputs.put("prompts.train", new ByteArrayInputStream(trainPrompts));
    inputs.put("prompts.evaluation", new ByteArrayInputStream(evaluationPrompts));
    inputs.policy(recipe.policy(), policy);
    inputs.conditioning(recipe);
    for (RewardFile file : rewardFiles) {
      String key = "rewards.%s.options.%s".formatted(file.reward(), file.option());
      inputs.digests.put(key, file.sha256());
    }
    return inputs.digests;
  }

  /** SHA-256 of training prompts and weights to start from: all that the first version kept. */
  static String basis(byte[] trainPrompts, float[] weights) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(trainPrompts);
    digest.update(WeightsDigest.sha256(weights).getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest);
  }

  private void policy(PolicySpec spec, Path directory) throws IOException {
    policyFile(directory, PolicyDirectory.DESCRIPTION);
    policyFile(directory, spec.file());
    if (spec.decoder().isPresent()) {
      policyFile(directory, spec.decoder().get().file());
    }
  }

  private void policyFile(Path directory, String name) throws IOException {
    put(POLICY + name, directory.resolve(name));
  }

  /** Of the tensors that the run uses, since a file may hold many more. */
  private void conditioning(Recipe recipe) {
    String key = "policy.conditioning-file";
    if (recipe.settings().policy().conditioningFile().isEmpty()) {
      return;
    }
    put(key + "/train", recipe.trainPrompts().stream().map(recipe.conditioner()::of));
    put(key + "/evaluation", recipe.evaluationPrompts().stream().map(recipe.conditioner()::of));
    put(key + "/null", Stream.of(recipe.unconditional()));
  }

  private void put(String name, Path file) throws IOException {
    digests.put(name, FileCache.digest(file));
  }

  private void put(String name, InputStream content) throws IOException {
    digests.put(name, Sha256.of(content));
  }

  private void put(String name, Stream<Conditioning> conditioning) {
    MessageDigest digest = Sha256.newDigest();
    conditioning
        .flatMap(one -> one.tensors().stream())
        .map(WeightsDigest::sha256)
        .forEachOrdered(tensor -> digest.update(tensor.getBytes(StandardCharsets.UTF_8)));
    digests.put(name, Sha256.hex(digest));
  }
}
