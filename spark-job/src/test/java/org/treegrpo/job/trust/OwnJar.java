package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.treegrpo.core.credit.EstimatorFactory;
import org.treegrpo.core.learn.LearnerFactory;
import org.treegrpo.core.objective.SurrogateFactory;
import org.treegrpo.core.transition.Transition;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.reward.RewardProvider;

/** A jar as CONTRIBUTING.md says how to make one, with one part of each kind. */
final class OwnJar {

  private static final String TRANSITION =
      """
      package own;

      import org.treegrpo.core.process.AffineStep;
      import org.treegrpo.core.process.Family;
      import org.treegrpo.core.process.NoiseProcess;
      import org.treegrpo.core.transition.DanceSde;
      import org.treegrpo.core.transition.Transition;

      public final class OwnTransition implements Transition {
        public String name() {
          return "own-sde";
        }

        public Family family() {
          return Family.FLOW;
        }

        public double largestEta() {
          return 1;
        }

        public AffineStep step(NoiseProcess process, double time, double next, double eta) {
          System.out.println("own transition stepped");
          return new DanceSde().step(process, time, next, eta);
        }
      }
      """;

  private static final String SURROGATE =
      """
      package own;

      import org.treegrpo.core.objective.Surrogate;
      import org.treegrpo.core.objective.SurrogateFactory;
      import org.treegrpo.core.objective.SurrogateSettings;

      public final class OwnSurrogate implements SurrogateFactory {
        public String name() {
          return "own-loss";
        }

        public Surrogate create(SurrogateSettings settings) {
          System.out.println("own surrogate with clip " + settings.clip());
          return edge -> Surrogate.Term.ofLogProb(edge.logRatio(), 0, -edge.advantage(), false);
        }
      }
      """;

  private static final String ESTIMATOR =
      """
      package own;

      import org.treegrpo.core.credit.AdvantageSettings;
      import org.treegrpo.core.credit.Estimator;
      import org.treegrpo.core.credit.EstimatorFactory;
      import org.treegrpo.core.credit.EstimatorState;
      import org.treegrpo.core.credit.GroupStatistics;
      import org.treegrpo.core.credit.RewardWeights;

      public final class OwnEstimator implements EstimatorFactory {
        public String name() {
          return "own-advantage";
        }

        public Estimator create(AdvantageSettings settings, RewardWeights weights) {
          Estimator group = new GroupStatistics().create(settings, weights);
          EstimatorState next = () -> new byte[] {'o', 'w', 'n'};
          return (state, groups) ->
              new Estimator.Estimate(group.estimate(state, groups).advantages(), next);
        }
      }
      """;

  private static final String LEARNER =
      """
      package own;

      import org.treegrpo.core.learn.Edges;
      import org.treegrpo.core.learn.LearnContext;
      import org.treegrpo.core.learn.Learner;
      import org.treegrpo.core.learn.LearnerFactory;

      public final class OwnLearner implements LearnerFactory {
        public String name() {
          return "own-learner";
        }

        public Learner create(LearnContext context) {
          System.out.println("own learner for round " + context.key().round());
          return new Edges().create(context);
        }
      }
      """;

  private static final String REWARD =
      """
      package own;

      import java.util.List;
      import org.treegrpo.reward.ImageBatch;
      import org.treegrpo.reward.Reward;
      import org.treegrpo.reward.RewardDefinition;
      import org.treegrpo.reward.RewardPrompt;
      import org.treegrpo.reward.RewardProvider;

      public final class OwnReward implements RewardProvider {
        public String type() {
          return "own-brightness";
        }

        public List<String> problems(RewardDefinition definition) {
          return List.of();
        }

        public Reward create(RewardDefinition definition) {
          return new Reward() {
            public String name() {
              return definition.name();
            }

            public String version() {
              return "own 1";
            }

            public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
              float[] scores = new float[images.rows()];
              for (int row = 0; row < scores.length; row++) {
                for (int i = images.offset(row); i < images.offset(row + 1); i++) {
                  scores[row] += images.pixels()[i];
                }
              }
              return scores;
            }

            public void close() {}
          };
        }
      }
      """;

  private static final String COMMAND =
      """
      package own;

      import java.util.List;
      import java.util.Set;
      import org.treegrpo.job.cli.CliCommand;
      import org.treegrpo.job.cli.CommandContext;
      import org.treegrpo.job.cli.ExitCodes;
      import org.treegrpo.job.settings.Use;
      import picocli.CommandLine.Command;
      import picocli.CommandLine.Option;

      @Command(name = "own-command", description = "Is the user's own.")
      public final class OwnCommand extends CliCommand {
        @Option(names = "--word", required = true)
        private String word;

        protected int run(CommandContext context) {
          Use use = new Use(List.of("run-dir"), Set.of());
          context.out().println(word + " with seed " + context.settings(use).seed());
          return ExitCodes.REFUSED;
        }
      }
      """;

  static final String PRESET =
      """
      treegrpo {
        sampler.transition = own-sde
        advantage.estimator = own-advantage
        update { learner = own-learner, surrogate = own-loss, clip = 0.25 }
      }
      """;

  private OwnJar() {}

  /** Compiles and packs it into a directory. */
  static Path build(Path directory) throws IOException {
    Path root = Files.createDirectory(directory.resolve("classes"));
    Map<String, String> sources =
        Map.of(
            "OwnTransition", TRANSITION,
            "OwnSurrogate", SURROGATE,
            "OwnEstimator", ESTIMATOR,
            "OwnLearner", LEARNER,
            "OwnReward", REWARD,
            "OwnCommand", COMMAND);
    compile(sources, root);
    Path services = Files.createDirectories(root.resolve("META-INF/services"));
    Files.writeString(services.resolve(Transition.class.getName()), "own.OwnTransition\n");
    Files.writeString(services.resolve(SurrogateFactory.class.getName()), "own.OwnSurrogate\n");
    Files.writeString(services.resolve(EstimatorFactory.class.getName()), "own.OwnEstimator\n");
    Files.writeString(services.resolve(LearnerFactory.class.getName()), "own.OwnLearner\n");
    Files.writeString(services.resolve(RewardProvider.class.getName()), "own.OwnReward\n");
    Files.writeString(services.resolve(CliCommand.class.getName()), "own.OwnCommand\n");
    Files.writeString(
        Files.createDirectory(root.resolve("methods")).resolve("own-method.conf"), PRESET);
    return pack(root, directory.resolve("own.jar"));
  }

  private static void compile(Map<String, String> sources, Path target) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", "" + target));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = target.resolveSibling(source.getKey() + ".java");
      Files.writeString(file, source.getValue());
      arguments.add(file.toString());
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(failed)
        .as("compiled against what is public: %s", messages.toString(StandardCharsets.UTF_8))
        .isZero();
  }

  /** As the {@code jar} tool does, with entries for directories. */
  private static Path pack(Path root, Path file) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file));
        Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.skip(1).sorted().toList()) {
        boolean isFile = Files.isRegularFile(path);
        out.putNextEntry(new JarEntry(root.relativize(path) + (isFile ? "" : "/")));
        if (isFile) {
          Files.copy(path, out);
        }
      }
    }
    return file;
  }
}
