package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.GuidedDenoiser;
import org.treegrpo.core.policy.NetworkOptions;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

/**
 * The {@linkplain Bench#PLAIN plain} quick start's policy and recipe on the calling thread, without
 * Spark.
 */
final class QuickStartModel implements AutoCloseable {

  private final Recipe recipe;
  private final Policy policy;
  private final GuidedDenoiser denoiser;

  QuickStartModel(Bench bench) throws IOException {
    TrainSettings settings =
        settings(bench.quickStart(), bench.scratch().resolve("no-run"), Bench.PLAIN);
    recipe =
        new Recipe(
            settings,
            bench.policy(),
            new Configuration(),
            Files.readAllBytes(Path.of(settings.prompts().train())),
            Files.readAllBytes(Path.of(settings.prompts().evaluation())));
    policy = Policies.open(recipe.policy(), bench.policy(), NetworkOptions.CPU);
    denoiser =
        new GuidedDenoiser(
            policy,
            settings.policy().guidance().scale(),
            settings.policy().guidance().grad(),
            recipe.unconditional());
  }

  /** The settings of a configuration with a run directory and changes. */
  static TrainSettings settings(Path config, Path runDir, List<String> changes) {
    List<String> overrides = new ArrayList<>(changes);
    overrides.add("treegrpo.run-dir=" + runDir);
    return new SettingsLoader(reward -> List.of()).load(config, overrides, Use.TRAIN);
  }

  Recipe recipe() {
    return recipe;
  }

  /** What the prompts of a round are drawn from, by prompt id. */
  Function<String, Conditioning> conditioning(RoundPlan plan) {
    Map<String, Conditioning> read = new HashMap<>();
    return id -> read.computeIfAbsent(id, key -> recipe.conditioner().of(plan.prompt(key)));
  }

  Policy policy() {
    return policy;
  }

  GuidedDenoiser denoiser() {
    return denoiser;
  }

  @Override
  public void close() throws IOException {
    policy.close();
    recipe.close();
  }
}
