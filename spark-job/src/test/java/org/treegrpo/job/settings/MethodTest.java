package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

class MethodTest {

  private static final List<String> ALL =
      List.of(
          "awm",
          "branch-grpo",
          "dance-grpo",
          "ddpo",
          "diffusion-nft",
          "flow-grpo",
          "flow-grpo-fast",
          "mix-grpo",
          "mix-grpo-flash",
          "tempflow-grpo",
          "tree-nft",
          "treegrpo",
          "treegrpo-shifting");

  @Test
  void mixGrpoIsTheSameEngineWithoutBranching() {
    TrainSettings settings = Loading.minimal("treegrpo.method=mix-grpo");
    ForestSettings tree = settings.tree();
    assertThat(tree.branching()).as("no branching").isEqualTo(1);
    assertThat(tree.width()).as("window").isEqualTo(4);
    assertThat(tree.groupSize()).as("group of independent trajectories").isEqualTo(12);
    assertThat(tree.rootNoise()).as("root noise").isEqualTo(RootNoise.SHARED);
    assertThat(tree.window())
        .as("the window shifts every 25 rounds")
        .isEqualTo(new WindowSettings(WindowSettings.Strategy.SHIFTING, 0.5, 0, 1, 25));
    assertThat(settings.advantage().ddof()).as("ddof").isEqualTo(1);
  }

  @Test
  void theTreeGrpoPresetIsTheReference() {
    assertThat(Loading.minimal("treegrpo.method=treegrpo"))
        .as("naming the default method changes nothing")
        .isEqualTo(Loading.minimal());
  }

  @Test
  void theFileWinsOverThePresetAndTheCommandLineOverTheFile() {
    String file = Loading.MINIMAL + "\ntreegrpo { method = mix-grpo, tree.width = 3 }";
    assertThat(Loading.parse(file).tree().branching()).as("preset").isEqualTo(1);
    assertThat(Loading.parse(file).tree().width()).as("file").isEqualTo(3);
    TrainSettings overridden =
        Loading.loader()
            .parse(
                file,
                "test.conf",
                List.of("treegrpo.tree.width=5", "treegrpo.tree.width=2"),
                Use.TRAIN);
    assertThat(overridden.tree().width()).as("last --set").isEqualTo(2);
  }

  @Test
  void anUnknownMethodListsTheKnownOnes() {
    assertThat(Loading.problemsWith("treegrpo.method=dpo"))
        .as("dpo is no preset")
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.key()).isEqualTo("treegrpo.method");
              assertThat(problem.value()).isEqualTo("dpo");
              assertThat(problem.rule()).isEqualTo("must be one of: " + String.join(", ", ALL));
            });
  }

  @Test
  void aMistypedMethodNamesTheNearest() {
    assertThat(Loading.problemsWith("treegrpo.method=mix-grop"))
        .as("two letters swapped")
        .extracting(Problem::hint)
        .containsExactly("did you mean mix-grpo?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../reference", "../methods/treegrpo", "", "TREEGRPO", "treegrpo.conf"})
  void aMethodIsANameAndNoPath(String method) {
    assertThat(Loading.problemsWith("treegrpo.method=\"" + method + "\""))
        .as(method)
        .extracting(Problem::key)
        .containsExactly("treegrpo.method");
  }

  @Test
  void theNameOfAnOlderVersionIsAnAlias() {
    assertThat(Loading.minimal("treegrpo.method=mixgrpo"))
        .as("the same settings, by their name of today")
        .isEqualTo(Loading.minimal("treegrpo.method=mix-grpo"))
        .extracting(TrainSettings::method)
        .isEqualTo("mix-grpo");
  }

  @Test
  void aPresetIsAFileOfADirectoryOrJarOfTheUsers(@TempDir Path directory) throws Exception {
    write(directory.resolve("classes"), "own-tree", "treegrpo.tree.width = 2");
    Path jar = jar(directory.resolve("own.jar"), "own-flat", "treegrpo.tree.width = 4");
    withClassPath(
        List.of(directory.resolve("classes"), jar),
        () -> {
          assertThat(Presets.names())
              .as("of every jar and directory")
              .containsAll(ALL)
              .contains("own-flat", "own-tree")
              .isSorted();
          TrainSettings settings = Loading.minimal("treegrpo.method=own-tree");
          assertThat(settings.method()).as("method").isEqualTo("own-tree");
          assertThat(settings.tree().width()).as("of the directory").isEqualTo(2);
          assertThat(Loading.minimal("treegrpo.method=own-flat").tree().width())
              .as("of the jar")
              .isEqualTo(4);
        });
  }

  @Test
  void aPresetIsReadAsStrictlyAsAnyFile(@TempDir Path directory) throws Exception {
    write(directory, "no-root", "tree.width = 2");
    write(directory, "mistyped", "treegrpo.tree.widht = 2");
    withClassPath(
        List.of(directory),
        () -> {
          assertThat(Loading.problemsWith("treegrpo.method=no-root"))
              .as("a forgotten root, instead of a preset that does nothing")
              .extracting(Problem::hint)
              .containsExactly("did you mean treegrpo.tree?");
          assertThat(Loading.problemsWith("treegrpo.method=mistyped"))
              .as("an unknown key")
              .singleElement()
              .satisfies(
                  problem -> {
                    assertThat(problem.hint()).isEqualTo("did you mean treegrpo.tree.width?");
                    assertThat(problem.origin()).contains("methods/mistyped.conf");
                  });
        });
  }

  private static void write(Path root, String name, String text) throws IOException {
    Files.createDirectories(root.resolve("methods"));
    Files.writeString(root.resolve("methods/" + name + ".conf"), text);
  }

  private static Path jar(Path file, String name, String text) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
      jar.putNextEntry(new JarEntry("methods/"));
      jar.putNextEntry(new JarEntry("methods/" + name + ".conf"));
      jar.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private static void withClassPath(List<Path> entries, Runnable body) throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    URL[] urls = new URL[entries.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = entries.get(i).toUri().toURL();
    }
    try (URLClassLoader loader = new URLClassLoader(urls, before)) {
      thread.setContextClassLoader(loader);
      body.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
