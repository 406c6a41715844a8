import{j as t}from"./index-C1SvI3Zh.js";import{P as o}from"./Page-Dh3Pt5De.js";function i(){return t.jsx(o,{title:"Soon",children:"…"})}export{i as default};
