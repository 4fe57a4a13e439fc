'use strict';
// Wires the controls of a report. What it shows is text and pictures that the page already holds.
(() => {
  const all = (root, selector) => Array.from(root.querySelectorAll(selector));

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function button(text, action) {
    const made = element('button', text);
    made.type = 'button';
    made.addEventListener('click', action);
    return made;
  }

  /** One slider for all pairs: left of the line the picture before, right of it the one after. */
  function slider(section) {
    const range = section.querySelector('input[type=range]');
    const apart = section.querySelector('input[type=checkbox]');
    const wipe = (share) => {
      range.value = share;
      section.style.setProperty('--wipe', `${range.value}%`);
      range.setAttribute('aria-valuetext', `${range.value} % before, ${100 - range.value} % after`);
    };
    const drag = (event) => {
      const image = event.target;
      if (!section.classList.contains('sliding') || !(image instanceof HTMLImageElement)) return;
      if (event.type === 'pointermove' && event.buttons === 0) return;
      event.preventDefault();
      const box = image.getBoundingClientRect();
      wipe(Math.round((100 * (event.clientX - box.left)) / box.width));
    };
    range.addEventListener('input', () => wipe(range.value));
    apart.addEventListener('change', () => {
      section.classList.toggle('sliding', !apart.checked);
      range.disabled = apart.checked;
    });
    section.addEventListener('pointerdown', drag);
    section.addEventListener('pointermove', drag);
    section.addEventListener('dragstart', (event) => event.preventDefault());
    section.querySelector('.controls').hidden = false;
    section.classList.add('sliding');
    range.disabled = apart.checked = false;
    wipe(range.value);
  }

  /** A node's picture as large as there is room for, its figures, its parent and its siblings. */
  function nodeDialog() {
    const dialog = element('dialog');
    const title = element('h2');
    title.id = 'node-title';
    const header = element('header');
    header.append(title, button('Close', () => dialog.close()));
    const content = element('div');
    dialog.setAttribute('aria-labelledby', title.id);
    dialog.append(header, content);
    document.body.append(dialog);
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    let shown = null;
    dialog.addEventListener('close', () => shown && shown.focus());

    const name = (node) => (node.dataset.path === '' ? 'root' : `branch ${node.dataset.path}`);
    const tone = (figure) => (!figure || /[1-9]/.test(figure) === false ? '' : figure[0] === '+' ? 'good' : 'bad');

    /** What the stage has of a node's figures. */
    function figures(node) {
      const has = (part) => node.querySelector(`${part}:not(.later)`) !== null;
      return {
        score: has('text') ? node.dataset.score : undefined,
        advantage: has('.advantage') ? node.dataset.advantage : undefined,
      };
    }

    function picture(node, className) {
      const image = node.querySelector('image');
      if (image === null) return element('span', 'no picture', className);
      const made = element('img', '', className);
      made.src = image.getAttribute('href');
      made.alt = name(node);
      if (image.classList.contains('px')) made.classList.add('px');
      return made;
    }

    function kin(heading, nodes, current) {
      const row = element('div', '', 'kin');
      for (const node of nodes) {
        const choice = button('', () => show(node));
        const advantage = figures(node).advantage;
        choice.append(picture(node), element('span', name(node)), element('b', advantage, tone(advantage)));
        if (node === current) choice.setAttribute('aria-current', 'true');
        row.append(choice);
      }
      content.append(element('h3', heading), row);
    }

    function show(node) {
      const inDialog = dialog.open;
      const nodes = all(node.ownerSVGElement, '.node').filter((other) => !other.classList.contains('later'));
      const {path, parent, step} = node.dataset;
      const {score, advantage} = figures(node);
      shown = node;
      title.textContent = name(node);
      const facts = element('dl');
      const rows = [['path', path === '' ? 'root' : path], ['denoising step', step],
        ['score', score], ['advantage', advantage]];
      for (const [label, value] of rows) {
        if (value !== undefined) facts.append(element('dt', label), element('dd', value, label === 'advantage' ? tone(value) : ''));
      }
      content.replaceChildren(picture(node, 'large'), facts);
      const parents = nodes.filter((other) => other.dataset.path === parent);
      const siblings = nodes.filter((other) => other.dataset.parent === parent);
      if (parents.length > 0) kin('Grown from', parents, null);
      if (siblings.length > 1) kin('Siblings', siblings, node);
      const children = nodes.filter((other) => other.dataset.parent === path);
      if (children.length > 0) kin('Grew into', children, null);
      if (!inDialog) dialog.showModal();
      else (content.querySelector('[aria-current]') || header.querySelector('button')).focus();
    }
    return show;
  }

  /** Arrow keys walk the tree, Enter and a click show a node. */
  function walk(svg, show) {
    const nodes = all(svg, '.node');
    svg.setAttribute('role', 'group');
    const reach = (node) => {
      for (const other of nodes) other.tabIndex = other === node ? 0 : -1;
    };
    for (const node of nodes) {
      node.setAttribute('role', 'button');
      node.setAttribute('aria-label', node.querySelector('title').textContent);
      node.addEventListener('focus', () => reach(node));
      node.addEventListener('click', () => show(node));
    }
    reach(nodes[0]);
    const column = (node) => nodes.filter((other) => other.dataset.from === node.dataset.from);
    const beside = (node, by) => {
      const others = column(node);
      return others[others.indexOf(node) + by];
    };
    const goals = {
      ArrowLeft: (node) => nodes.find((other) => other.dataset.path === node.dataset.parent),
      ArrowRight: (node) => nodes.find((other) => other.dataset.parent === node.dataset.path),
      ArrowUp: (node) => beside(node, -1),
      ArrowDown: (node) => beside(node, 1),
    };
    svg.addEventListener('keydown', (event) => {
      const node = event.target.closest('.node');
      if (node === null || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        show(node);
      } else if (event.key in goals) {
        event.preventDefault();
        const goal = goals[event.key](node);
        if (goal && !goal.classList.contains('later')) goal.focus();
      }
    });
  }

  /** Grows the chosen round's tree stage by stage, from the noise to the advantages. */
  function explorer(section) {
    const [select, range, back, on, play, caption] =
      ['select', '.stage', '.back', '.on', '.play', '.caption'].map((part) => section.querySelector(part));
    const trees = all(section, '.tree');
    let tree = trees[0];
    let timer = null;

    function stage(value) {
      range.value = value;
      const now = Number(range.value);
      for (const part of all(tree, '[data-from]')) part.classList.toggle('later', now < Number(part.dataset.from));
      for (const part of all(tree, '[data-judged]')) part.classList.toggle('unjudged', now < Number(part.dataset.judged));
      const [root, reached] = ['.node', '.node[tabindex="0"]'].map((node) => tree.querySelector(node));
      if (reached.classList.contains('later')) {
        reached.tabIndex = -1;
        root.tabIndex = 0;
      }
      caption.textContent = all(tree, '.stages li')[now].textContent;
      range.setAttribute('aria-valuetext', caption.textContent);
      back.disabled = now === 0;
      on.disabled = now === Number(range.max);
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = 'Play';
    }

    function step(by) {
      stop();
      stage(Number(range.value) + by);
    }

    function choose() {
      stop();
      for (const other of trees) other.hidden = other.dataset.round !== select.value;
      tree = trees.find((other) => !other.hidden);
      range.max = all(tree, '.stages li').length - 1;
      stage(range.max);
    }

    play.addEventListener('click', () => {
      if (timer !== null) {
        stop();
        return;
      }
      if (range.value === range.max) stage(0);
      play.textContent = 'Pause';
      timer = setInterval(() => {
        stage(Number(range.value) + 1);
        if (range.value === range.max) stop();
      }, 1100);
    });
    back.addEventListener('click', () => step(-1));
    on.addEventListener('click', () => step(1));
    range.addEventListener('input', () => step(0));
    select.addEventListener('change', choose);
    select.parentElement.hidden = trees.length < 2;
    const show = nodeDialog();
    for (const each of trees) walk(each.querySelector('svg'), show);
    choose();
    section.classList.add('ready');
    section.querySelector('.controls').hidden = false;
  }

  all(document, '.samples').forEach(slider);
  all(document, '.explorer').forEach(explorer);
})();
