// Charts, on the pages that have one. A chart is drawn from the table that it
// names, so that both say the same; lines differ in dashes and symbols and bars
// in patterns, and every one is labelled: colour only helps.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { live } from "./live.js";

use([BarChart, LineChart, GridComponent, LegendComponent, LabelLayout, SVGRenderer]);

const symbols = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect"];
const dashes = ["solid", [6, 3], [2, 2], [10, 3, 2, 3], [12, 4], "solid"];
const decals = [{ symbol: "none" }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 }, { symbol: "circle", symbolSize: 0.7 }, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [4, 3], rotation: Math.PI / 4 }];

const kinds = { lines, bars };
const drawn = new Map();

function draw() {
  for (const figure of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(figure.dataset.table);
    if (!table) continue;
    figure.hidden = false;
    let chart = drawn.get(figure);
    if (!chart) {
      chart = init(figure, null, { renderer: "svg" });
      drawn.set(figure, chart);
      new ResizeObserver(() => chart.resize()).observe(figure);
    }
    chart.setOption({ animation: false, ...kinds[figure.dataset.chart](read(table), look(figure), figure.clientWidth < 480) }, { notMerge: true });
  }
}

// read takes the figures out of a table, without its sums.
function read(table) {
  const text = (cell) => cell.textContent.trim();
  const names = [...table.tHead.rows[0].cells].map(text);
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell, i) => (i ? Number(text(cell).replaceAll(",", "").replace("−", "-")) : text(cell))));
  return { names, rows };
}

// look is how the page looks now: its colours and its type.
function look(figure) {
  const style = getComputedStyle(figure);
  const of = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    figure.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
  return { colours: ["--blue", "--amber", "--green", "--accent", "--red", "--grey"].map(of), ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), surface: of("--surface"), size, family: style.fontFamily };
}

const words = (look, colour = look.ink) => ({ color: colour, fontSize: look.size, fontFamily: look.family });

// lines adds up what happened each day: how far each stage has come.
function lines({ names, rows }, look, narrow) {
  // On the first day there is no course yet, and the ends of all lines lie on one another.
  if (rows.length === 1) return bars({ names: ["", rows[0][0]], rows: names.slice(1).map((name, i) => [name, rows[0][i + 1]]) }, look, narrow);
  const series = names.slice(1).map((name, i) => {
    let sum = 0;
    return {
      name, type: "line", data: rows.map((row) => (sum += row[i + 1])), symbol: symbols[i % symbols.length], symbolSize: 8, showAllSymbol: rows.length <= 31, silent: true,
      lineStyle: { type: dashes[i % dashes.length], width: 2 }, color: look.colours[i % look.colours.length],
      endLabel: { show: !narrow, formatter: "{a} {c}", distance: look.size * 2, minMargin: 4, ...words(look) },
      labelLayout: { moveOverlap: "shiftY" },
    };
  });
  return {
    series,
    textStyle: words(look),
    legend: { top: 0, left: 0, itemWidth: 32, textStyle: words(look), selectedMode: false },
    grid: { left: 8, right: narrow ? 16 : look.size * 13, top: narrow ? look.size * 8 : look.size * 4, bottom: narrow ? 8 : look.size * 4, outerBoundsMode: "same" },
    xAxis: { type: "category", data: rows.map((row) => row[0]), boundaryGap: false, axisLabel: words(look, look.quiet), axisLine: { lineStyle: { color: look.quiet } } },
    yAxis: { type: "value", minInterval: 1, axisLabel: words(look, look.quiet), splitLine: { lineStyle: { color: look.line } } },
  };
}

// bars sets the rows of a table side by side.
function bars({ names, rows }, look, narrow) {
  return {
    textStyle: words(look),
    grid: { left: 8, right: 48, top: 8, bottom: 8, outerBoundsMode: "same" },
    xAxis: { type: "value", show: false, minInterval: 1 },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row[0]), axisLabel: { ...words(look), interval: 0, width: look.size * (narrow ? 10 : 18), lineHeight: look.size * 1.25, overflow: "break" }, axisTick: { show: false }, axisLine: { lineStyle: { color: look.quiet } } },
    series: [{
      name: names[1], type: "bar", silent: true, barMaxWidth: 20, label: { show: true, position: "right", formatter: ({ value }) => value.toLocaleString("en"), ...words(look) },
      data: rows.map((row, i) => ({ value: row[1], itemStyle: { color: look.colours[Math.min(i, 1)], borderColor: look.ink, borderWidth: 1, decal: { color: look.surface, ...decals[i % decals.length] } } })),
    }],
  };
}

draw();
document.addEventListener("htmx:afterSwap", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
if (window.htmx) live(window.htmx);
