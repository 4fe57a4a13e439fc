package org.treegrpo.job.executor;

import ai.djl.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.treegrpo.core.policy.ImageDecoder;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.job.round.Recipe;

/** A native policy with its decoder, of no run in particular. Owns both. */
record Network(Policy policy, ImageDecoder decoder) implements AutoCloseable {

  /**
   * Loads both.
   *
   * @param directory a local copy of the policy directory
   * @throws RuntimeException where either cannot be loaded; nothing is left open
   */
  static Network open(Recipe recipe, Path directory, Device device) {
    try {
      return openCopy(recipe, directory, device);
    } catch (NetworkException e) {
      throw e.about(recipe.settings().policy().path(), directory.toString());
    }
  }

  private static Network openCopy(Recipe recipe, Path directory, Device device) {
    Policy policy;
    try {
      policy = Policies.open(recipe.policy(), directory, recipe.networkOptions(device));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      int rows = recipe.settings().decodeBatch();
      return new Network(policy, ImageDecoder.open(recipe.policy(), directory, device, rows));
    } catch (RuntimeException | Error e) {
      policy.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try (policy) {
      decoder.close();
    }
  }
}
