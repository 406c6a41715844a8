import{j as t}from"./index-CEi3lRNP.js";import{P as o}from"./Page-DELYYVQe.js";function i(){return t.jsx(o,{title:"Soon",children:"…"})}export{i as default};
